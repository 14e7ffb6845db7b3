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
	// last is the argument before.
	last string
}

// shorts are the short flags of programs that take a password, or user:password. Those in capitals behind a slash take it without a
// space only.
var shorts = map[string]string{
	"mysql": "p", "mysqldump": "p", "mysqladmin": "p", "mariadb": "p", "mariadb-dump": "p", "mariadb-admin": "p", "mongo": "p", "mongosh": "p", "mongodump": "p", "mongorestore": "p",
	"mongoexport": "p", "redis-cli": "a", "valkey-cli": "a", "sshpass": "p", "curl": "u", "ldapsearch": "w", "ldapadd": "w", "ldapmodify": "w", "ldapwhoami": "w", "sqlcmd": "P", "bcp": "P",
	"smbclient": "U", "rabbitmqadmin": "p", "docker": "p", "podman": "p", "helm": "p", "skopeo": "p", "buildah": "p", "crane": "p", "oras": "p", "nerdctl": "p", "ipmitool": "P", "openssl": "k",
	"kcadm.sh": "p", "unzip": "P", "zip": "P", "7z": "p", "cqlsh": "p", "clickhouse-client": "p", "influx": "t", "htpasswd": "b", "http": "a", "vault": "t", "snmpget": "A", "snmpwalk": "A", "az": "p",
}

// glued are the programs whose short flag has its value directly behind it, or asks the terminal for it.
func glued(program string) bool {
	return strings.HasPrefix(program, "mysql") || strings.HasPrefix(program, "mariadb") || program == "7z"
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
	last := a.last
	a.last = w
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
	case strings.ContainsAny(w, "\n"):
		l.value(a.name, w)
	case w[0] == '-' && len(w) > 1:
		a.flag(l, w)
	case strings.ContainsAny(w, " \t") && l.nest < deepest:
		if k, v, ok := strings.Cut(w, ": "); ok && !strings.ContainsAny(k, " =") {
			l.value(k, strings.TrimSpace(v))
			return
		}
		l.nest++
		l.words(a.name, w)
		l.nest--
		a.form(l, w)
	default:
		if k, v, ok := strings.Cut(w, "="); ok && keyed(k) {
			l.value(k, v)
			return
		}
		if directive(last) {
			a.give(l, last, w, true)
			return
		}
		if p := base(w); a.program == "" || last == "&&" || last == "|" {
			if _, known := shorts[p]; known {
				a.program = p
			}
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
		if f := shorts[a.program]; f != "" && k == f && !long {
			a.give(l, "-"+k, v, true)
			return
		}
		l.value(k, v)
		return
	}
	if f := shorts[a.program]; f != "" && !long && name[:1] == f {
		switch {
		case len(name) > 1 && a.program != "curl":
			a.give(l, "-"+f, name[1:], true)
		case len(name) > 1:
			a.give(l, "-"+f, name[1:], true)
		case !glued(a.program):
			a.pending, a.short = "-"+f, true
		}
		return
	}
	switch name {
	case "H", "header", "e", "env", "set", "set-string", "from-literal", "build-arg", "D", "c", "user", "proxy-user", "data", "d":
		if name == "user" || name == "proxy-user" {
			if a.program != "curl" {
				return
			}
			a.short = true
		}
		if name == "c" || name == "d" || name == "data" || name == "D" {
			return
		}
		a.pending = w
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
		_, password, ok := strings.Cut(w, separator)
		if !ok {
			return
		}
		w = password
	}
	if len(w) < shortest || dull(w) || filler(w) && !wellKnown(w) {
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
