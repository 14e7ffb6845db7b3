package detect

import "strings"

// table looks at files whose lines are columns without names, which are told by what the file is called. It tells whether the text was one.
func (l *look) table(name, s string) bool {
	name = strings.ToLower(base(name))
	column := tableOf(name)
	if column == 0 {
		return false
	}
	many := strings.IndexByte(strings.TrimSpace(s), '\n') >= 0
	if many {
		l.push(step{kind: aLine})
		defer l.pop()
	}
	for n := 1; s != ""; n++ {
		var line string
		line, s, _ = strings.Cut(s, "\n")
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if many {
			l.steps[len(l.steps)-1].n = n
		}
		v := strings.Trim(cell(line, column), `"`)
		if len(v) < shortest || len(v) > longestSecret || dull(v) || placeholder(v) && !wellKnown(v) || column == tokens && !random(v, 16) {
			continue
		}
		what := "password"
		if column == tokens {
			what = "token"
		}
		l.tell(find{rule: "name", what: what}, name, v)
	}
	return true
}

// The tables that are known, by where the credential stands.
const (
	pgpass = iota + 1
	userlist
	chap
	tokens
)

func tableOf(name string) int {
	switch name {
	case ".pgpass", "pgpass", "pgpass.conf":
		return pgpass
	case "userlist.txt":
		return userlist
	case "chap-secrets", "pap-secrets":
		return chap
	case "tokens.csv", "known_tokens.csv", "token.csv", "static-tokens.csv":
		return tokens
	}
	return 0
}

// cell gives the credential of a line.
func cell(line string, column int) string {
	switch column {
	case pgpass: // host:port:database:user:password, in which \: is no mark
		for range 4 {
			i := 0
			for i < len(line) && line[i] != ':' {
				if line[i] == '\\' {
					i++
				}
				i++
			}
			if i >= len(line) {
				return ""
			}
			line = line[i+1:]
		}
		return strings.NewReplacer(`\:`, ":", `\\`, `\`).Replace(line)
	case userlist: // "user" "password"
		if _, rest, ok := argument(line); ok {
			v, _, _ := argument(rest)
			return v
		}
	case chap: // user server password address
		if words := strings.Fields(line); len(words) > 2 {
			return words[2]
		}
	case tokens: // token,user,uid,"group"
		v, _, ok := strings.Cut(line, ",")
		if ok {
			return v
		}
	}
	return ""
}
