package abi

import "github.com/kaazingwebsocket/kaazingwebsocket/khpcore"

// reader decodes an event. What is missing reads as zero or empty, and sets
// short.
type reader struct {
	rest  []byte
	short bool
}

// number reads a number of 32 bits. One over 1<<31-1 counts as that, so that it
// is the same where an int has 32 bits, as in the module, and where it has 64.
func (r *reader) number() int {
	if len(r.rest) < 4 {
		r.rest, r.short = nil, true
		return 0
	}
	b := r.rest
	r.rest = b[4:]
	return int(min(uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24, 1<<31-1))
}

func (r *reader) bytes() []byte {
	n := r.number()
	if n > len(r.rest) {
		r.rest, r.short = nil, true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) text() string { return string(r.bytes()) }

// count reads the length of a list, each member of which takes four bytes or more.
func (r *reader) count() int {
	n := r.number()
	if n > len(r.rest)/4 {
		r.rest, r.short = nil, true
		return 0
	}
	return n
}

func (r *reader) fields() khpcore.Fields {
	var fields khpcore.Fields
	for range r.count() {
		name := r.text()
		fields = append(fields, khpcore.Field{Name: name, Value: r.text()})
	}
	return fields
}
