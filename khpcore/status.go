package khpcore

// Action is what a client does with the status of an extended response
// (khp.md, Kaazing Extended Handshake Response Codes).
type Action uint8

const (
	// ActionFail closes the connection: the extended handshake failed.
	ActionFail Action = iota
	// ActionContinue sends the request body, if the request said Expect.
	ActionContinue
	// ActionComplete opens the socket.
	ActionComplete
	// ActionWait waits for another response.
	ActionWait
	// ActionRedirect closes the connection and connects to another URL.
	ActionRedirect
	// ActionChallenge replays the request with credentials.
	ActionChallenge
	// ActionProxyChallenge closes and connects again with credentials for a proxy.
	ActionProxyChallenge
	// ActionUpgrade closes and connects again over TLS.
	ActionUpgrade
)

// StatusAction returns what a client does with that status. Those that the
// specification does not list fail, as do most that it does.
func StatusAction(status int) Action {
	switch status {
	case 100:
		return ActionContinue
	case 101, 201, 204, 205:
		return ActionComplete
	case 202:
		return ActionWait
	case 300, 301, 302, 303, 307:
		return ActionRedirect
	case 401:
		return ActionChallenge
	case 407:
		return ActionProxyChallenge
	case 426:
		return ActionUpgrade
	}
	return ActionFail
}
