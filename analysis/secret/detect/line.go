package detect

import "strings"

// lines looks at a text line by line: .env, properties, INI, TOML, scripts, configurations of servers. Numbered tells that the paths say
// which line.
func (l *look) lines(name string, x *text, numbered bool) {
	s := x.s
	matches := l.d.matches(x, 0, len(s))
	var args argv
	until := 0 // the end of a key of many lines
	outer := l.block
	l.block = ""
	defer func() { l.block = outer }()
	if numbered {
		l.push(step{kind: aLine})
		defer l.pop()
	}
	for a, n := 0, 1; a < len(s); n++ {
		b := len(s)
		if i := strings.IndexByte(s[a:], '\n'); i >= 0 {
			b = a + i
		}
		if numbered {
			l.steps[len(l.steps)-1].n = n
		}
		l.scope(s[a:b])
		if b <= until {
			a = b + 1
			continue
		}
		goes := name
		if args.pending != "" || l.block != "" || x.any(a, b) || !l.decoded && b-a >= shortestCode && encoded(s[a:b]) {
			if k := l.line(x, a, b, &args, numbered); k != "" {
				goes = k
			}
		}
		if args.last != "\\" {
			args = argv{}
		}
		for len(matches) > 0 && matches[0].start <= b {
			l.tell(matches[0].find, goes, matches[0].secret)
			until = matches[0].end
			matches = matches[1:]
		}
		a = b + 1
	}
}

// line looks at one line, and gives what its value goes by. Document tells that it is one of many.
func (l *look) line(x *text, a, b int, args *argv, document bool) string {
	s := strings.TrimSpace(x.s[a:b])
	if i := strings.Index(s, "/:_"); i > 0 && s[:2] == "//" {
		s = s[i+2:] // //registry.corp/:_password=… of .npmrc
	}
	if s == "" || len(s) > 1 && (s[0] == '#' || s[0] == ';' || s[:2] == "//" || s[:2] == "--" && len(s) > 2 && s[2] == ' ') {
		return ""
	}
	k, v, equals, tight := assign(s)
	if k == "default" && l.block != "" {
		k = l.block
	}
	if k == "" {
		if l.nest < deepest && (s[0] == '{' || s[0] == '[') && !strings.HasPrefix(s, "{{") {
			l.value("", s)
			return ""
		}
		l.shell(args, s)
		l.directives(s, document)
		return ""
	}
	encoding := "properties"
	if equals && strings.ToUpper(k) == k {
		encoding = "env"
	}
	if document {
		l.encoding = append(l.encoding, encoding)
		defer func() { l.encoding = l.encoding[:len(l.encoding)-1] }()
	}
	if v == "" {
		return k
	}
	if q := v[0]; q == '"' || q == '\'' || q == '`' {
		end := strings.IndexByte(v[1:], q)
		if q == '"' {
			_, end, _ = quoted(v, 0)
			end--
		}
		if end < 0 {
			l.value(k, v[1:])
			return k
		}
		rest := strings.TrimLeft(v[end+2:], " \t,;)")
		if rest == "" || rest[0] == '#' || strings.HasPrefix(rest, "//") || !tight {
			inner := v[1 : end+1]
			if q == '"' && strings.IndexByte(inner, '\\') >= 0 {
				inner = unescape(inner)
			}
			l.value(k, inner)
			return k
		}
		l.shell(args, s)
		return k
	}
	if i := strings.Index(v, " #"); i >= 0 {
		v = strings.TrimSpace(v[:i])
	}
	if tight && equals && strings.ContainsAny(v, " \t") {
		l.shell(args, s)
		return k
	}
	if !strings.Contains(v, "=") {
		v = strings.TrimRight(v, ",;")
	}
	l.variable = ofObject(k)
	l.value(k, v)
	l.variable = false
	return k
}

// ofObject tells of the names of fields in programs: self.password.
func ofObject(k string) bool {
	for _, p := range [...]string{"self.", "this.", "cls.", "@"} {
		if strings.HasPrefix(k, p) {
			return true
		}
	}
	return false
}

// assignment tells whether a text is one pair.
func assignment(s string) bool {
	k, v, _, _ := assign(s)
	return k != "" && v != ""
}

// before are the words that may come before what is assigned to.
var before = [...]string{"export ", "set ", "SET ", "setenv ", "ENV ", "ARG ", "const ", "let ", "var ", "local ", "declare ", "readonly ", "- "}

// assign takes "key = value" apart, with any of the marks that languages have. Equals tells the mark from a colon, tight that no space is
// around it.
func assign(s string) (k, v string, equals, tight bool) {
	for _, w := range before {
		s = strings.TrimPrefix(s, w)
	}
	i := 0
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		j := strings.IndexByte(s[1:], s[0])
		if j < 1 || j > longestName {
			return "", "", false, false
		}
		k, i = s[1:j+1], j+2
	} else {
		for i < len(s) && i <= longestName && (wordByte(s[i]) || s[i] == '-' || s[i] == '.' || s[i] == '/' || s[i] == '[' || s[i] == ']' || s[i] == '$' || s[i] == '@') {
			i++
		}
		k = s[:i]
		// $cfg['db']['password'] goes by the last name in brackets.
		for i > 0 && i < len(s) && i <= longestName && s[i-1] == '[' && (s[i] == '\'' || s[i] == '"') {
			j := strings.IndexByte(s[i+1:], s[i])
			if j < 1 || i+j+2 >= len(s) || s[i+j+2] != ']' {
				break
			}
			k, i = s[i+1:i+1+j], i+j+3
			if i < len(s) && s[i] == '[' {
				i++
			}
		}
	}
	if k == "" || k[0] == '-' {
		return "", "", false, false
	}
	j := i
	for j < len(s) && (s[j] == ' ' || s[j] == '\t') {
		j++
	}
	if j >= len(s) {
		return "", "", false, false
	}
	switch {
	case strings.HasPrefix(s[j:], "=="), strings.HasPrefix(s[j:], "=~"):
		return "", "", false, false
	case strings.HasPrefix(s[j:], ":="), strings.HasPrefix(s[j:], "=>"), strings.HasPrefix(s[j:], "?="), strings.HasPrefix(s[j:], "+="):
		equals, v = true, s[j+2:]
	case s[j] == '=':
		equals, v = true, s[j+1:]
	case s[j] == ':' && (j+1 == len(s) || space(s[j+1]) || s[j+1] == '"' || s[j+1] == '\''):
		v = s[j+1:]
	case j > i && (s[j] == '"' || s[j] == '\'') && nameOf(k).kind != none:
		v = s[j:] // key "value"
	default:
		return "", "", false, false
	}
	tight = j == i && v != "" && !space(v[0])
	return k, strings.TrimSpace(v), equals, tight
}
