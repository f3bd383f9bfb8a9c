package khpcore

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStatusTable holds every status of khp.md, Kaazing Extended Handshake
// Response Codes, to what the client does with it.
func TestStatusTable(t *testing.T) {
	f, err := os.Open("testdata/status.csv")
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+67)

	actions := map[string]Action{
		"fail": ActionFail, "continue": ActionContinue, "complete": ActionComplete, "wait": ActionWait, "redirect": ActionRedirect,
		"challenge": ActionChallenge, "fail-or-proxy-auth": ActionProxyChallenge, "fail-or-upgrade": ActionUpgrade,
	}
	listed := map[int]bool{}
	for _, row := range rows[1:] {
		status, err := strconv.Atoi(row[0])
		require.NoError(t, err)
		listed[status] = true
		require.Contains(t, actions, row[1])
		require.Equal(t, actions[row[1]], StatusAction(status), "status %d", status)
	}
	for status := 0; status < 1000; status++ {
		if !listed[status] {
			require.Equal(t, ActionFail, StatusAction(status), "status %d is not listed", status)
		}
	}
}

// TestStatusThatFails holds a client to failing at the blank line, with the
// code status and the close code 4000 + status, where the table says so.
func TestStatusThatFails(t *testing.T) {
	for status := 100; status < 1000; status++ {
		switch StatusAction(status) {
		case ActionFail, ActionContinue, ActionProxyChallenge, ActionUpgrade:
		default:
			continue
		}
		c, err := NewClient(ClientConfig{URL: "ws://localhost/"})
		require.NoError(t, err)
		c.Start()
		c.Opened("ws://localhost/", Subprotocol, "")
		commands := c.Message([]byte("HTTP/1.1 "+strconv.Itoa(status)+" x\r\n\r\n"), false)
		require.Len(t, commands, 3)
		require.Equal(t, &CloseSocket{Code: 4000 + status}, commands[0])
		require.Equal(t, status, commands[1].(*Outcome).Status)
		failure := commands[2].(*Fail).Err
		require.Equal(t, status, failure.Status)
		if status == 407 {
			require.Equal(t, CodeProxyUnauthorized, failure.Code)
		} else {
			require.Equal(t, CodeStatus, failure.Code)
		}
	}
}
