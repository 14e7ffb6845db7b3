package detect

import "strings"

// shorts are the short flags of programs that take a password, or user:password.
var shorts = map[string]string{
	"mysql": "p", "mysqldump": "p", "mysqladmin": "p", "mariadb": "p", "mariadb-dump": "p", "mariadb-admin": "p", "mongo": "p", "mongosh": "p", "mongodump": "p", "mongorestore": "p",
	"mongoexport": "p", "redis-cli": "a", "valkey-cli": "a", "sshpass": "p", "curl": "u", "ldapsearch": "w", "ldapadd": "w", "ldapmodify": "w", "ldapwhoami": "w", "sqlcmd": "P", "bcp": "P",
	"smbclient": "U", "rabbitmqadmin": "p", "docker": "p", "podman": "p", "helm": "p", "skopeo": "p", "buildah": "p", "crane": "p", "oras": "p", "nerdctl": "p", "ipmitool": "P", "openssl": "k",
	"kcadm.sh": "p", "unzip": "P", "zip": "P", "7z": "p", "cqlsh": "p", "clickhouse-client": "p", "influx": "t", "http": "a", "vault": "t", "snmpget": "A", "snmpwalk": "A", "az": "p",
}

// glued are the programs whose short flag has its value directly behind it, or asks the terminal for it.
func glued(program string) bool {
	return strings.HasPrefix(program, "mysql") || strings.HasPrefix(program, "mariadb") || program == "7z"
}

// wordy are the programs whose flags of many letters have one dash: openssl -keyout.
func wordy(program string) bool {
	switch program {
	case "openssl", "vault", "influx", "kcadm.sh", "rabbitmqadmin", "az", "helm", "snmpget", "snmpwalk":
		return true
	}
	return false
}

// known tells of programs that take a password, by a short flag or by its place.
func known(program string) bool {
	switch program {
	case "mc", "mcli", "chpasswd", "htpasswd":
		return true
	}
	_, ok := shorts[program]
	return ok
}

// short1 gives the short flag of the program that takes a password. Those that do much else have it behind "login" alone: docker run -p is
// a port.
func (a *argv) short1() string {
	switch a.program {
	case "docker", "podman", "nerdctl", "helm", "skopeo", "buildah", "crane", "oras", "az":
		if !a.logs {
			return ""
		}
	}
	return shorts[a.program]
}

// command notes which program an argument is, and whether it logs in. It tells whether it was one.
func (a *argv) command(w, last string) bool {
	if p := base(w); (a.program == "" || last == "&&" || last == "|") && known(p) {
		a.program, a.place, a.logs = p, 0, false
		return true
	}
	a.logs = a.logs || w == "login"
	return false
}

// placed takes arguments that are told by their place, or by what they begin with.
func (a *argv) placed(l *look, w string) bool {
	switch a.program {
	case "mc", "mcli":
		// mc alias set NAME URL KEY SECRET
		switch {
		case strings.Contains(w, "://"):
			a.place = 1
		case a.place == 1:
			a.place = 2
		case a.place == 2:
			a.place = 3
			a.tell(l, a.program, w)
			return true
		}
	case "htpasswd":
		// htpasswd -b FILE USER PASSWORD, htpasswd -bn USER PASSWORD
		if a.place > 0 {
			if a.place++; a.place == 4 {
				a.tell(l, a.program, w)
				return true
			}
		}
	case "openssl":
		if v, ok := strings.CutPrefix(w, "pass:"); ok {
			a.tell(l, "pass", v)
			return true
		}
	}
	return false
}

// cluster takes short flags of curl, many of which may stand together: -sSfu user:password. It tells whether it knew them.
func (a *argv) cluster(l *look, flags string) bool {
	for i := range len(flags) {
		rest := flags[i+1:]
		switch flags[i] {
		case 'u', 'U':
			if rest == "" {
				a.pending, a.short = "-u", true
			} else {
				a.give(l, "-u", rest, true)
			}
			return true
		case 'H', 'd':
			if rest == "" {
				a.pending = "-" + flags[i:i+1]
			} else {
				a.give(l, "-"+flags[i:i+1], rest, false)
			}
			return true
		case '#', '0', '1', '2', '3', '4', '6', 'B', 'G', 'I', 'J', 'L', 'M', 'N', 'O', 'R', 'S', 'Z', 'a', 'f', 'g', 'i', 'j', 'k', 'l', 'n', 'p', 'q', 's', 'v':
		default:
			return false
		}
	}
	return true
}

// body looks at what a request carries: JSON, or the fields of a form.
func (a *argv) body(l *look, w string) {
	switch {
	case len(w) < shortest || w[0] == '@':
	case structured(w):
		l.value(a.name, w)
	case strings.IndexByte(w, '=') > 0:
		l.list(w, "&")
	default:
		a.form(l, w)
	}
}

// pipe looks at what is written to a program that reads a password.
func (a *argv) pipe(l *look, w string) {
	if w != "" {
		a.tell(l, "password-stdin", w)
	}
}
