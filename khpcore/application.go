package khpcore

// applicationPrefix stands before the scheme of a challenge by the application.
// Deployed Kaazing clients answer no other.
const applicationPrefix = "Application "

// byApplication returns header with a field of its own for each challenge, and
// the prefix before each scheme that has none.
func byApplication(header Fields) Fields {
	out := make(Fields, 0, len(header))
	for _, f := range header {
		if !equalFold(f.Name, "WWW-Authenticate") {
			out = append(out, f)
			continue
		}
		for _, challenge := range applicationChallenges(f.Value) {
			out = append(out, Field{f.Name, challenge})
		}
	}
	return out
}

// applicationChallenges takes the value of one header apart. What comes after a
// mistake stays with the challenge before it; a value without any stays as it is.
func applicationChallenges(value string) []string {
	p := challengeParser{rest: value}
	var starts []int
	for more := true; more; {
		at, known := len(value)-len(p.rest), len(p.found)
		if more = p.next(); len(p.found) > known {
			starts = append(starts, at)
		}
	}
	if len(starts) == 0 {
		return []string{value}
	}
	challenges := make([]string, len(starts))
	for i, at := range starts {
		end := len(value)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		challenge := trimList(value[at:end])
		if hasPrefixFold(challenge, p.found[i].Scheme) {
			challenge = applicationPrefix + challenge
		}
		challenges[i] = challenge
	}
	return challenges
}

// trimList strips the white space and the commas around a member of a list.
func trimList(s string) string {
	for s != "" && (s[0] == ',' || s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ',' || s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
