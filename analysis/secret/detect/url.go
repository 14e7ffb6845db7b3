package detect

import (
	"net/url"
	"strings"
)

// url looks for a password in the user information of a URL, or of the data source names of Go's MySQL driver, which are no URLs.
func (m *matcher) url(h hit) {
	if m.s[h.start] == '@' {
		m.source(int(h.start))
		return
	}
	start := int(h.start)
	for start > m.a && int(h.start)-start < 32 && (wordByte(m.s[start-1]) || m.s[start-1] == '+' || m.s[start-1] == '-' || m.s[start-1] == '.') {
		start--
	}
	scheme := strings.ToLower(m.s[start:h.start])
	scheme, _, _ = strings.Cut(scheme, "+")
	if scheme == "" {
		return
	}
	rest := m.s[h.end:min(m.b, int(h.end)+longestAuthority)]
	if i := strings.IndexAny(rest, " \t\r\n\"'`<>\\|"); i >= 0 {
		rest = rest[:i]
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 && database(scheme) {
		// Passwords hold slashes that nobody has escaped.
		authority = rest
		at = strings.IndexByte(rest, '@')
		if _, password, _ := strings.Cut(rest[:max(at, 0)], ":"); at < 0 || password == "" || digit(password[0]) {
			return
		}
	}
	if at < 0 {
		return
	}
	user, password, both := strings.Cut(authority[:at], ":")
	host := strings.ToLower(authority[at+1:])
	if strings.Contains(host, "example.") {
		return
	}
	from := int(h.end) + len(user) + 1
	if !both {
		// A token in place of a user, but for the public keys of error trackers.
		if !random(user, 20) || strings.Contains(host, "sentry") || strings.Contains(host, "ingest") || strings.HasPrefix(host, "o") && strings.Contains(host, "/") {
			return
		}
		password, from = user, int(h.end)
	}
	sure := true
	if both && documented(user, password) {
		// Documents have user:password@localhost, and so have copies of them.
		if local(host) {
			return
		}
		sure = false
	}
	m.password(password, from, find{rule: "url-password", what: whatURL(scheme), sure: sure, by: "url"})
}

// documented tells of the login that stands in documents.
func documented(user, password string) bool {
	switch strings.ToLower(user) {
	case "user", "username":
	default:
		return false
	}
	switch strings.ToLower(password) {
	case "pass", "passwd", "password":
		return true
	}
	return false
}

// local tells of hosts that are the container itself, or none.
func local(host string) bool {
	host, _, _ = strings.Cut(host, ":")
	switch host {
	case "localhost", "127.0.0.1", "host", "hostname", "server", "domain":
		return true
	}
	return false
}

// longestAuthority bounds what is looked at for one "://".
const longestAuthority = 512

// source looks at user:password@tcp(host).
func (m *matcher) source(at int) {
	start := at
	for start > m.a && at-start < 256 && !strings.ContainsRune(" \t\r\n\"'`=<>(", rune(m.s[start-1])) {
		start--
	}
	user, password, ok := strings.Cut(m.s[start:at], ":")
	if ok {
		m.password(password, start+len(user)+1, find{rule: "url-password", what: "password of a database", sure: true, by: "url"})
	}
}

func (m *matcher) password(password string, from int, f find) {
	if len(password) < shortest || template(password) || placeholder(password) {
		return
	}
	end := from + len(password)
	if plain, err := url.PathUnescape(password); err == nil {
		password = plain
	}
	if strings.ContainsAny(password, "{}$<>*") && strings.Trim(password, "{}$<>*") == "" {
		return
	}
	m.add(match{start: from, end: end, secret: password, find: f})
}

func whatURL(scheme string) string {
	if database(scheme) {
		return "password of a database in a URL"
	}
	return "password in a URL"
}

func database(scheme string) bool {
	switch scheme {
	case "postgres", "postgresql", "mysql", "mysql2", "mariadb", "mongodb", "redis", "rediss", "amqp", "amqps", "mssql", "sqlserver", "clickhouse", "cockroachdb",
		"cassandra", "neo4j", "bolt", "ldap", "ldaps", "nats", "kafka", "oracle", "db2", "snowflake", "couchbase", "influxdb", "pgsql", "valkey", "elasticsearch":
		return true
	}
	return false
}
