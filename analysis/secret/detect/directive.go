package detect

import "strings"

// directives takes lines of configurations, of SQL and of programs that have no mark between what is said and what it is said of: login
// NAME password VALUE, IDENTIFIED BY 'VALUE', HTTP_Passwd VALUE, define('DB_PASSWORD', 'VALUE'). Document tells that the line is one of many,
// and no words that somebody says.
func (l *look) directives(s string, document bool) {
	words := strings.Fields(s)
	if len(words) < 2 {
		return
	}
	seen := l.seen
	l.call(s)
	l.variables(s)
	if i := strings.IndexAny(s, "[{"); i > 0 && l.nest < deepest && opens(s[i:]) {
		// return ['password' => 'VALUE'];
		l.flow("", &text{s: s[i:], hits: l.d.words.scan(s[i:])}, true)
	}
	if l.seen > seen {
		return
	}
	l.login(words, document, strings.ContainsAny(s, "{(=;"))
	l.account(words)
	if l.seen > seen {
		return
	}
	first := words[0]
	if len(words) == 2 {
		// HTTP_Passwd VALUE, as Fluent Bit has it. Of names that are one word, prose has such pairs too.
		if n := nameOf(first); n.last && strings.ContainsAny(first, "_-.") && keyed(first) && first[0] != '-' && words[1][0] != '-' && strings.IndexByte(first, '/') < 0 {
			l.value(first, strings.Trim(words[1], `"';,`))
		}
		return
	}
	// proxy_set_header X-Api-Key VALUE; http-request set-header X-Api-Key VALUE
	for i, w := range words[:len(words)-2] {
		if setter(w) || i == 1 && first == "RequestHeader" {
			l.value(words[i+1], strings.Trim(words[i+2], `"';`))
		}
	}
}

// setter tells of directives that give a header or a parameter a value.
func setter(w string) bool {
	switch w {
	case "proxy_set_header", "grpc_set_header", "uwsgi_param", "fastcgi_param", "scgi_param", "add_header", "set-header", "add-header":
		return true
	}
	return false
}

// login takes what servers, .netrc and SQL have for a login, and notes of people, which lines of programs look like.
func (l *look) login(words []string, document, program bool) {
	user := false
	switch strings.ToLower(strings.Trim(words[0], "*")) {
	case "machine", "login", "user", "default", "account", "server", "neighbor", "neighbour":
		user = true
	case "username", "enable":
		user = !onlyWords(strings.Trim(words[len(words)-1], ",.;"))
	case "sentinel":
		if len(words) == 4 && words[1] == "auth-pass" {
			l.value("password", words[3])
		}
	case "password":
		user = len(words) == 2 && (document || !onlyWords(words[1]))
	}
	for i, w := range words[:len(words)-1] {
		w, colon := strings.CutSuffix(strings.ToLower(w), ":")
		v := words[i+1]
		switch w {
		case "password", "passwd":
		case "pass", "pwd", "pw":
			if !colon {
				continue
			}
		case "psk":
			if v[0] != '"' {
				continue
			}
		case "by":
			if i == 0 || !strings.EqualFold(words[i-1], "identified") {
				continue
			}
		default:
			continue
		}
		quoted := (v[0] == '\'' || v[0] == '"') && !colon
		v = strings.Trim(v, `"';,`)
		// Notes of people: login admin, password: VALUE.
		if quoted || user && !colon || colon && !program && i > 0 && mixes("", strings.TrimRight(v, ".)")) {
			l.value("password", v)
		}
	}
}

// account takes the accounts of Redis: user NAME on >VALUE ~* +@all.
func (l *look) account(words []string) {
	user := false
	for i, w := range words {
		switch {
		case strings.EqualFold(w, "user"), strings.EqualFold(w, "setuser"):
			user = i+2 < len(words)
		case user && len(w) > shortest && w[0] == '>':
			if v := strings.Trim(w[1:], `"'`); len(v) >= shortest && !dull(v) && !placeholder(v) {
				l.tell(find{rule: "flag", what: "password of an account"}, words[0], v)
			}
		}
	}
}

// call takes calls that give something a value: define('DB_PASSWORD', 'VALUE').
func (l *look) call(s string) {
	open := strings.IndexByte(s, '(')
	if open < 3 {
		return
	}
	function := strings.ToLower(s[:open])
	for i := len(function) - 1; i >= 0; i-- {
		if !letter(function[i]) {
			function = function[i+1:]
			break
		}
	}
	switch function {
	case "define", "putenv", "setenv", "setproperty", "set", "put":
	default:
		return
	}
	k, rest, ok := argument(s[open+1:])
	if !ok || !strings.HasPrefix(rest, ",") {
		return
	}
	if v, _, ok := argument(rest[1:]); ok {
		l.value(k, v)
	}
}

// argument cuts a string in quotes off the arguments of a call.
func argument(s string) (v, rest string, ok bool) {
	s = strings.TrimLeft(s, " \t")
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", "", false
	}
	i := strings.IndexByte(s[1:], s[0])
	if i < 1 {
		return "", "", false
	}
	return s[1 : i+1], strings.TrimLeft(s[i+2:], " \t"), true
}

// scope notes that a line begins or ends a variable of HCL, whose default goes by its name.
func (l *look) scope(line string) {
	if l.block == "" && !strings.HasPrefix(line, "variable ") {
		return
	}
	line = strings.TrimSpace(line)
	if line == "}" {
		l.block = ""
		return
	}
	if name, ok := strings.CutPrefix(line, "variable "); ok {
		if name, rest, ok := argument(name); ok && strings.HasPrefix(rest, "{") && !strings.Contains(rest, "}") {
			l.block = name
		}
	}
}

// variables takes a variable of HCL on one line: variable "db_password" { default = "VALUE" }.
func (l *look) variables(s string) {
	name, ok := strings.CutPrefix(s, "variable ")
	if !ok {
		return
	}
	name, rest, ok := argument(name)
	if !ok || !strings.HasPrefix(rest, "{") {
		return
	}
	if _, v, ok := strings.Cut(rest, "default"); ok {
		if v, ok = strings.CutPrefix(strings.TrimLeft(v, " \t"), "="); ok {
			if v, _, ok = argument(v); ok {
				l.value(name, v)
			}
		}
	}
}
