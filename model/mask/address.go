package mask

import "strings"

// addresses masks what opens doors in the addresses of a text, wherever they stand in it: names with passwords before a host, the values of
// parameters that go by the name of a credential, and what in the path of a page looks as if a machine had made it up.
func addresses(text string) string {
	const mark = "://"
	at := strings.Index(text, mark)
	if at < 0 {
		return text
	}
	var b strings.Builder
	for ; at >= 0; at = strings.Index(text, mark) {
		scheme := text[schemeStart(text[:at]):at]
		b.WriteString(text[:at+len(mark)])
		text = text[at+len(mark):]
		end := strings.IndexAny(text, " \t\r\n\"'<>`\\")
		if end < 0 {
			end = len(text)
		}
		if next := strings.Index(text[:end], mark); next >= 0 {
			// One address behind another: what comes before the scheme of the next is this one's.
			end = schemeStart(text[:next])
		}
		b.WriteString(address(scheme, text[:end]))
		text = text[end:]
	}
	b.WriteString(text)
	return b.String()
}

// schemeStart gives where the scheme begins that a text ends with.
func schemeStart(text string) int {
	i := len(text)
	for i > 0 && (letter(text[i-1]) || digit(text[i-1]) || strings.IndexByte("+-.", text[i-1]) >= 0) {
		i--
	}
	return i
}

// address masks one address, of which the scheme is cut off.
func address(scheme, rest string) string {
	host := strings.IndexAny(rest, "/?#")
	if host < 0 {
		host = len(rest)
	}
	authority, rest := rest[:host], rest[host:]
	if i := strings.LastIndexByte(authority, '@'); i >= 0 && !strings.HasPrefix(authority[i:], "@sha") && authority[:i] != "git" {
		authority = Text + authority[i:]
	}
	if !visited(scheme) {
		return authority + rest
	}
	path, query := rest, ""
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		path, query = rest[:i], rest[i:]
	}
	return authority + madeUp(path) + parameters(query)
}

// visited tells the schemes whose paths name pages, and not images, containers or disks.
func visited(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "http", "https", "ws", "wss", "git", "ssh", "ftp", "ftps", "git+https", "git+ssh":
		return true
	}
	return false
}

// parameters masks the values behind a ? or a #.
func parameters(query string) string {
	parts := strings.FieldsFunc(query, func(r rune) bool { return r == '?' || r == '&' || r == '#' || r == ';' })
	for _, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			if hidden := madeUp(part); hidden != part {
				query = strings.Replace(query, part, hidden, 1)
			}
			continue
		}
		if credential(name) || opening(name) || madeUp(value) != value {
			query = strings.Replace(query, part, name+"="+Text, 1)
		}
	}
	return query
}

// opening tells more names of parameters that open doors.
func opening(name string) bool {
	n := strings.ToLower(name)
	for _, part := range []string{"token", "secret", "passw", "signature", "credential", "auth"} {
		if strings.Contains(n, part) {
			return true
		}
	}
	switch n {
	case "sig", "key", "code", "pwd", "pass", "pw", "session", "sid", "jwt":
		return true
	}
	return false
}

const (
	// longPart is the length from which a part of a path can be a credential, and fewOf the least of letters and of digits in it then.
	longPart = 20
	fewOf    = 3
)

// madeUp masks the parts of a text that look as if a machine had made them up: long, of letters and digits, with nothing between.
func madeUp(text string) string {
	if len(text) < longPart {
		return text
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); {
		end, letters, digits := i, 0, 0
		for ; end < len(text) && (letter(text[end]) || digit(text[end])); end++ {
			if letter(text[end]) {
				letters++
			} else {
				digits++
			}
		}
		if end-i >= longPart && letters >= fewOf && digits >= fewOf {
			b.WriteString(text[done:i] + Text)
			done = end
		}
		i = end + 1
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }
