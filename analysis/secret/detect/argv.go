package detect

import "strings"

// argv follows a list of arguments: what a flag wants comes after it, and what a short one means depends on the program.
type argv struct {
	// name is what the list goes by. Items tells that each item by itself may be what the name says.
	name  string
	items bool
	// pending is the flag whose value comes next; short that it is one of a program's own.
	pending string
	short   bool
	program string
	// place counts the arguments of a program that tells them apart by their place, and logs tells that it logs in.
	place int
	logs  bool
	// sets tells that it is told the value of a setting: aws configure set NAME VALUE.
	sets bool
	// last is the argument before, earlier the one before that, and piped what the command before writes to this one.
	last, earlier, piped string
}

// waits tells whether an argument matters though no word of a credential is in it.
func (a *argv) waits(s string) bool {
	if a.pending != "" || a.program != "" {
		return true
	}
	_, known := shorts[base(s)]
	return known || s == "-H"
}

func base(s string) string {
	if len(s) > 64 {
		return ""
	}
	return s[strings.LastIndexByte(s, '/')+1:]
}

// next takes the next argument.
func (a *argv) next(l *look, w string) {
	if w == "" {
		return
	}
	last, earlier := a.last, a.earlier
	a.last, a.earlier = w, last
	a.sets = a.sets || w == "set" && (last == "configure" || last == "config")
	if w == "\\" {
		return // the line goes on
	}
	if a.pending != "" {
		flag, short := a.pending, a.short
		a.pending, a.short = "", false
		if w[0] != '-' || short && strings.IndexByte(w, '=') < 0 && !letter(w[min(1, len(w)-1)]) {
			a.give(l, flag, w, short)
			return
		}
	}
	switch {
	case strings.IndexByte(w, '\n') >= 0 || structured(w) && l.nest < deepest:
		l.value(a.name, w)
	case w[0] == '-' && len(w) > 1:
		a.flag(l, w)
	case strings.ContainsAny(w, " \t") && l.nest < deepest:
		if k, v, ok := strings.Cut(w, ": "); ok && !strings.ContainsAny(k, " =") {
			l.value(k, strings.TrimSpace(v))
			return
		}
		seen := l.seen
		l.nest++
		l.words(a.name, w)
		l.nest--
		if a.form(l, w); l.seen == seen {
			l.directives(strings.TrimSpace(w), false)
		}
	default:
		if k, v, ok := strings.Cut(w, "="); ok && keyed(k) {
			l.value(k, v)
			return
		}
		if directive(last) {
			a.give(l, last, w, true)
			return
		}
		if a.sets && earlier == "set" && nameOf(last).kind != none {
			l.value(last, w) // aws configure set aws_secret_access_key VALUE
			return
		}
		if a.command(w, last) || a.placed(l, w) {
			return
		}
		if a.items && nameOf(a.name).kind != none {
			l.value(a.name, w)
			return
		}
		a.form(l, w)
	}
}

// directive tells of words of configurations and of SQL behind which a password stands, without a mark between.
func directive(w string) bool {
	switch strings.ToLower(w) {
	case "requirepass", "masterauth", "insecure-password", "ldap_default_authtok":
		return true
	}
	return false
}

// flag takes an argument that begins with a dash.
func (a *argv) flag(l *look, w string) {
	name := strings.TrimLeft(w, "-")
	if name == "" {
		return
	}
	long := len(w)-len(name) > 1
	if k, v, ok := strings.Cut(name, "="); ok {
		if k[:min(1, len(k))] == "D" && !long {
			k = k[1:] // -Dproperty=value of Java
		}
		if nested, inner, ok := strings.Cut(v, "="); ok && keyed(nested) && nameOf(k).kind == none {
			// --set a.password=x, --from-literal=password=x
			l.value(nested, inner)
			return
		}
		if long && (k == "user" || k == "proxy-user") {
			a.give(l, "--"+k, v, true)
			return
		}
		if f := a.short1(); f != "" && k == f && !long {
			a.give(l, "-"+k, v, true)
			return
		}
		l.value(k, v)
		return
	}
	if !long && a.program == "htpasswd" && strings.IndexByte(name, 'b') >= 0 {
		if a.place = 1; strings.IndexByte(name, 'n') >= 0 {
			a.place = 2
		}
		return
	}
	if !long && a.program == "curl" {
		if a.cluster(l, name) {
			return
		}
	} else if f := a.short1(); f != "" && !long && name[:1] == f && (len(name) == 1 || !wordy(a.program)) {
		switch {
		case len(name) > 1:
			a.give(l, "-"+f, name[1:], true)
		case !glued(a.program):
			a.pending, a.short = "-"+f, true
		}
		return
	}
	switch name {
	case "c":
		return
	case "user", "proxy-user":
		a.pending, a.short = w, true
		return
	case "H", "header", "e", "env", "set", "set-string", "from-literal", "build-arg", "D", "data", "data-raw", "data-binary", "data-urlencode", "post-data", "json", "d":
		a.pending = w
		return
	case "password-stdin":
		a.pipe(l, a.piped)
		return
	}
	if nameOf(name).kind != none {
		a.pending = name
		return
	}
	a.form(l, w)
}

// give looks at the value of a flag. That of a short flag is a password by the program's own word for it.
func (a *argv) give(l *look, flag, w string, short bool) {
	if !short {
		switch strings.TrimLeft(flag, "-") {
		case "H", "header":
			if k, v, ok := strings.Cut(w, ":"); ok {
				l.value(k, strings.TrimSpace(v))
			}
			return
		case "e", "env", "set", "set-string", "from-literal", "build-arg":
			if k, v, ok := strings.Cut(w, "="); ok {
				l.value(k, v)
			}
			return
		case "d", "D", "data", "data-raw", "data-binary", "data-urlencode", "post-data", "json":
			a.body(l, w)
			return
		case "pass":
			if a.program == "openssl" {
				a.placed(l, w)
				return
			}
		}
		l.value(flag, w)
		return
	}
	user := flag == "-u" || flag == "--user" || flag == "--proxy-user" || flag == "-U" || flag == "-a" && a.program == "http"
	if user {
		separator := ":"
		if flag == "-U" {
			separator = "%"
		}
		name, password, ok := strings.Cut(w, separator)
		if !ok || a.program != "curl" && flag == "--user" && (strings.ContainsAny(password, "/") || !mixes(name, password)) {
			return // user and group, as often as not
		}
		w = password
	}
	a.tell(l, flag, w)
}

// tell tells of a password on a command line, unless it points to one.
func (a *argv) tell(l *look, flag, w string) {
	if len(w) < shortest || dull(w) && !chosen(w, false) || placeholder(w) && !wellKnown(w) {
		return
	}
	l.tell(find{rule: "flag", what: "password on a command line"}, flag, w)
}

// form looks at an argument that goes by no name.
func (a *argv) form(l *look, w string) {
	x := text{s: w, hits: l.d.words.scan(w)}
	l.byForm(a.name, &x, 0, len(w))
}

// keyed tells whether a text may be what a value goes by.
func keyed(s string) bool {
	if s == "" || len(s) > longestName {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case wordByte(c), c == '-', c == '.', c == '/', c == '[', c == ']', c == '@', c == '$':
		default:
			return false
		}
	}
	return true
}
