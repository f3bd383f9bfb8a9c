package main

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

const defaultListen = "127.0.0.1:8080"

// errHelp is not a failure: the user asked for help.
var errHelp = pflag.ErrHelp

func newFlagSet(command string) *pflag.FlagSet {
	flags := pflag.NewFlagSet(command, pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.SortFlags = false
	return flags
}

// parse reads a command's flags. Its error is errHelp or a [*usageError].
func parse(flags *pflag.FlagSet, args []string) error {
	err := flags.Parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return errHelp
	case err != nil:
		return usagef("%s: %v", flags.Name(), err)
	}
	return noArguments(flags.Name(), flags.Args())
}

// addressValue is a --listen flag.
type addressValue string

func (v *addressValue) Set(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return errors.New("want HOST:PORT, as in " + defaultListen)
	}
	*v = addressValue(s)
	return nil
}

func (v *addressValue) String() string { return string(*v) }
func (v *addressValue) Type() string   { return "ADDR" }

// durationValue is a duration above 0.
type durationValue time.Duration

func (v *durationValue) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return errors.New("want a duration above 0, as in 20s or 1m30s")
	}
	*v = durationValue(d)
	return nil
}

func (v *durationValue) String() string { return time.Duration(*v).String() }
func (v *durationValue) Type() string   { return "D" }

// sizeValue is a number of bytes above 0.
type sizeValue int

func (v *sizeValue) Set(s string) error {
	n, err := strconv.ParseInt(s, 10, 31)
	if err != nil || n <= 0 {
		return errors.New("want a number of bytes, from 1 to 2147483647")
	}
	*v = sizeValue(n)
	return nil
}

func (v *sizeValue) String() string { return strconv.Itoa(int(*v)) }
func (v *sizeValue) Type() string   { return "BYTES" }

// dialectValue is one of the dialects that a server is told to speak.
type dialectValue khpcore.Dialect

func (v *dialectValue) Set(s string) error {
	for _, d := range []khpcore.Dialect{khpcore.Standard, khpcore.NoMarker} {
		if s == d.String() {
			*v = dialectValue(d)
			return nil
		}
	}
	return errors.New("want standard or no-marker")
}

func (v *dialectValue) String() string { return khpcore.Dialect(*v).String() }
func (v *dialectValue) Type() string   { return "NAME" }

// shown quotes what arrived, unless a password may be in it.
func shown(s string) string {
	if strings.Contains(s, "@") {
		return "a value with an @ in it"
	}
	return strconv.Quote(s)
}
