package detect

import "strings"

// pairs takes a value apart that may hold pairs: connection strings, the query of a URL, a line of a shell.
func (l *look) pairs(name, v string) {
	if i := strings.Index(v, "://"); i >= 0 && !strings.ContainsAny(v, " \t") {
		if q := strings.IndexAny(v[i:], "?;"); q >= 0 {
			l.list(v[i+q+1:], "&;")
		}
		return
	}
	if q := strings.IndexByte(v, '?'); q >= 0 && v[0] == '/' && !strings.ContainsAny(v, " \t") {
		l.list(v[q+1:], "&;")
		return
	}
	if strings.Count(v, "=") > 1 && (strings.Contains(v, ";") || strings.Contains(v, "&") && !strings.Contains(v, " ")) && !strings.Contains(v, "--") {
		l.list(v, ";&")
		return
	}
	l.words(name, v)
}

// list looks at pairs with marks between them.
func (l *look) list(v, marks string) {
	for v != "" {
		part := v
		if i := strings.IndexAny(v, marks); i >= 0 {
			part, v = v[:i], v[i+1:]
		} else {
			v = ""
		}
		if k, value, ok := strings.Cut(part, "="); ok {
			l.value(strings.TrimSpace(k), strings.Trim(strings.TrimSpace(value), `"'`))
		}
	}
}

// words looks at a line of a shell.
func (l *look) words(name, s string) {
	l.shell(&argv{name: name}, s)
}

// shell gives the words of a line to a list of arguments. Words that are joined by quotes are one.
func (l *look) shell(a *argv, s string) {
	writes := false // the command is one that writes its arguments
	for i := 0; i < len(s); {
		switch s[i] {
		case ' ', '\t', '\r', '\n', '(', ')':
			i++
			continue
		case ';', '&', '|':
			// Another command begins. It may read what the one before writes.
			piped := ""
			if s[i] == '|' && writes {
				piped = a.last
			}
			*a = argv{name: a.name, items: a.items, piped: piped}
			writes, i = false, i+1
			continue
		}
		var word string
		word, i = shellWord(s, i)
		if a.last == "" {
			writes = word == "echo" || word == "printf"
			if _, password, ok := strings.Cut(a.piped, ":"); ok && base(word) == "chpasswd" {
				a.pipe(l, password)
			}
		}
		a.next(l, word)
	}
}

// shellWord gives the word that begins at a place, without its quotes, and where it ends.
func shellWord(s string, at int) (string, int) {
	plain := true
	i := at
	for ; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\r', '\n', ';', '|':
			goto out
		case '&':
			if i+1 < len(s) && (s[i+1] == '&' || s[i+1] == ' ') {
				goto out
			}
		case '"', '\'':
			j := strings.IndexByte(s[i+1:], s[i])
			if j < 0 {
				continue
			}
			plain = false
			i += j + 1
		case '\\':
			plain = false
			i++
		}
	}
out:
	i = min(i, len(s))
	if plain {
		return s[at:i], max(i, at+1)
	}
	b := make([]byte, 0, i-at)
	var quote byte
	for k := at; k < i; k++ {
		switch c := s[k]; {
		case quote == 0 && (c == '"' || c == '\'') && strings.IndexByte(s[k+1:i], c) >= 0:
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && k+1 < i:
			k++
			b = append(b, s[k])
		default:
			b = append(b, c)
		}
	}
	return string(b), max(i, at+1)
}
