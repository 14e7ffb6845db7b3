package detect

import "strings"

// flow walks a text in braces that is no JSON: YAML on one line, objects of JavaScript and Python, arrays of PHP, inline tables of TOML.
// It tells whether the whole text was one. In a program, what has no quotes is a variable.
func (l *look) flow(name string, x *text, program bool) bool {
	trimmed := strings.TrimSpace(x.s)
	if !opens(trimmed) {
		return false
	}
	found, seen, over, steps, quiet := len(l.found), l.seen, l.over, len(l.steps), l.quiet
	l.encoding = append(l.encoding, "yaml")
	r := jsonReader{l: l, x: x, loose: true, code: true, program: program}
	r.space()
	ok := r.value(name, nameOf(name).kind != none, nil) && strings.Trim(x.s[r.i:], " \t\r\n;,)") == ""
	l.encoding = l.encoding[:len(l.encoding)-1]
	if !ok {
		l.found, l.seen, l.over, l.steps, l.quiet = l.found[:found], seen, over, l.steps[:steps], quiet
	}
	return ok
}

// opens tells whether a map or a list begins, and no [PLACEHOLDER] or {{ template }}.
func opens(s string) bool {
	return s[0] == '{' && !strings.HasPrefix(s, "{{") || s[0] == '[' && strings.ContainsAny(s, `,:{"'`)
}

// flowing tells whether a line is YAML with a map or a list in braces: a: {…}, - {…}.
func flowing(s string) bool {
	if last := s[len(s)-1]; last != '}' && last != ']' {
		return false
	}
	s = strings.TrimPrefix(s, "--- ")
	for strings.HasPrefix(s, "- ") {
		s = strings.TrimLeft(s[2:], " ")
	}
	v := 0
	if s[0] != '{' && s[0] != '[' {
		var ok bool
		if _, _, v, ok = yamlKey(s, 0, len(s)); !ok || v == len(s) {
			return false
		}
	}
	return opens(s[v:])
}

// bare reads a value that is no JSON.
func (r *jsonReader) bare(name string, named bool, args *argv) bool {
	quote := r.x.s[r.i] == '\''
	a, b, _, ok := r.span()
	if !ok {
		return false
	}
	if v := r.x.s[a:b]; !quote && (r.program || r.code && onlyWords(v) && nameOf(v).kind != none) {
		return true // {password: newPassword}
	}
	if b > a {
		r.leaf(name, named, a, b, false, args)
	}
	return true
}

// scalar tells whether a value begins here that is no map and no list.
func (r *jsonReader) scalar() bool {
	s := r.x.s
	return r.i < len(s) && (s[r.i] == '"' || r.loose && s[r.i] != '{' && s[r.i] != '[')
}

// span reads a value that is no map and no list. One without quotes ends at the mark or at the end of the line behind it; braces within
// it belong to it.
func (r *jsonReader) span() (a, b int, escaped, ok bool) {
	s := r.x.s
	switch s[r.i] {
	case '"':
		return r.text()
	case '\'':
		a, b, ok = r.single()
		return a, b, false, ok
	}
	a = r.i
	depth := 0
scan:
	for ; r.i < len(s); r.i++ {
		switch s[r.i] {
		case '\n', '\r':
			break scan
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			if depth == 0 {
				break scan
			}
			depth--
		case ',', ';':
			if depth == 0 {
				break scan
			}
		}
	}
	a, b = trim(s, a, r.i)
	return a, b, false, depth == 0
}

// single reads a string in single quotes. Two of them within it are one.
func (r *jsonReader) single() (a, b int, ok bool) {
	s := r.x.s
	a = r.i + 1
	for i := a; i < len(s) && s[i] != '\n'; i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' && i > a {
			i++
			continue
		}
		r.i = i + 1
		return a, i, true
	}
	return 0, 0, false
}

// key reads the key of a pair, and goes to its value. Alone tells that there is none: {a, b}.
func (r *jsonReader) key() (a, b int, escaped, alone, ok bool) {
	s := r.x.s
	switch {
	case r.i >= len(s):
		return
	case s[r.i] == '"':
		a, b, escaped, ok = r.text()
	case !r.loose:
		return
	case s[r.i] == '\'':
		a, b, ok = r.single()
	default:
		a = r.i
		for r.i < len(s) && r.i-a <= longestName && (wordByte(s[r.i]) || strings.IndexByte("-./$@~", s[r.i]) >= 0) {
			r.i++
		}
		b, ok = r.i, r.i > a
	}
	if !ok {
		return a, b, escaped, false, false
	}
	r.space()
	if !r.loose {
		ok = r.i < len(s) && s[r.i] == ':'
		r.i++
		return a, b, escaped, false, ok
	}
	rest := s[r.i:]
	switch {
	case rest == "":
		return a, b, escaped, false, false
	case strings.HasPrefix(rest, "=>"), strings.HasPrefix(rest, "?:"):
		r.i += 2
	case rest[0] == ':', rest[0] == '=' && !strings.HasPrefix(rest, "=="):
		r.i++
	default:
		return a, b, escaped, true, rest[0] == ',' || rest[0] == '}'
	}
	return a, b, escaped, false, true
}

// maps tells whether the list that begins here is a map of PHP: ['a' => 'b'].
func (r *jsonReader) maps() bool {
	s := strings.TrimLeft(r.x.s[r.i+1:min(len(r.x.s), r.i+longestName)], " \t\r\n")
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return false
	}
	i := strings.IndexByte(s[1:], s[0])
	return i > 0 && strings.HasPrefix(strings.TrimLeft(s[i+2:], " \t"), "=>")
}

// onlyWords tells of what names of variables are made of.
func onlyWords(v string) bool {
	for i := range len(v) {
		if !letter(v[i]) && v[i] != '_' {
			return false
		}
	}
	return true
}
