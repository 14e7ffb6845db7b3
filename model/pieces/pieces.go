// Package pieces takes texts apart to what may be a value that somebody has copied: the text, its lines, words, what stands in quotes or
// behind a name. It copies nothing, so that whoever clears a text has cleared its pieces.
package pieces

import "strings"

// Rule is the rule of exposures that are no more than copies of a value of a Secret: nothing else speaks for it that they are credentials.
const Rule = "copy"

// Shortest is the length of the shortest piece: shorter ones are equal by chance.
const Shortest = 8

// apart are the bytes that words of files and commands stand between.
const apart = " \t\r\n\"'`,;{}[]()<>|"

// Of calls yield with the pieces of a text. Some come twice.
func Of(text string, yield func(piece string)) {
	give := func(s string) {
		if s = strings.TrimSpace(s); len(s) >= Shortest {
			yield(s)
		}
	}
	give(text)
	lines := strings.Contains(text, "\n")
	for line := range strings.Lines(text) {
		if lines {
			give(line)
		}
		Line(line, func(_, value string) { give(value) })
		quoted(line, give)
		words(line, give)
	}
}

func words(line string, give func(string)) {
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return r < 128 && strings.IndexByte(apart, byte(r)) >= 0 }) {
		give(word)
		if _, value, ok := strings.Cut(word, "="); ok {
			give(value)
		}
		if _, value, ok := strings.Cut(word, ":"); ok {
			give(value)
		}
		give(Password(word))
	}
}

// Line calls yield with name and value of a line such as NAME=value or name: "value", if it is one.
func Line(line string, yield func(name, value string)) {
	at := strings.IndexAny(line, "=:")
	if at <= 0 {
		return
	}
	value := strings.TrimSuffix(strings.TrimSpace(line[at+1:]), ",")
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	name := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line[:at]), "export "))
	yield(strings.Trim(name, `"'`), value)
}

// quoted gives what stands between two quotes of a kind.
func quoted(line string, give func(string)) {
	for {
		from := strings.IndexAny(line, "\"'`")
		if from < 0 {
			return
		}
		rest := line[from+1:]
		to := strings.IndexByte(rest, line[from])
		if to < 0 {
			return
		}
		give(rest[:to])
		line = rest[to+1:]
	}
}

// Password is that in the user information of a URL; "" where there is none.
func Password(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	at := strings.LastIndexByte(rest, '@')
	if at < 0 {
		return ""
	}
	_, password, _ := strings.Cut(rest[:at], ":")
	return password
}

// Public tells that what goes by a name is no secret by itself, and stands in many places: who, where, which.
func Public(name string) bool {
	name = strings.ToLower(name)
	for _, end := range [...]string{"user", "login", "host", "name", "database", "namespace", "region", "email"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	last := name[strings.LastIndexAny(name, "_-.")+1:]
	switch last {
	case "port", "type", "driver", "issuer", "zone", "db", "server", "schema", "bucket":
		return true
	}
	return false
}
