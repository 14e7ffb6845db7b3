package usage

import (
	"net"
	"slices"
	"strings"
)

// Miner says in words what in the arguments of a container, its command included, is what miners take; "" where nothing is. The words
// name what was found and quote nothing, since arguments may hold credentials. The indicators are those of SigmaHQ's rule
// proc_creation_lnx_crypto_mining and ports that pools commonly have.
func Miner(args []string) string {
	var found []string
	note := func(words string) {
		if !slices.Contains(found, words) {
			found = append(found, words)
		}
	}
	var tokens []string
	for _, arg := range args {
		// A shell may be given all of it as one argument.
		tokens = append(tokens, strings.FieldsFunc(strings.ToLower(arg), func(r rune) bool { return strings.ContainsRune(" \t\r\n'\"`;|&()", r) })...)
		for _, code := range encoded() {
			if strings.Contains(arg, code) {
				note("a miner's argument in base64")
			}
		}
	}
	for i, token := range tokens {
		before := ""
		if i > 0 {
			before = tokens[i-1]
		}
		for _, scheme := range []string{"stratum+tcp://", "stratum+ssl://", "stratum+tls://", "stratum+udp://", "stratum2+tcp://"} {
			if strings.Contains(token, scheme) {
				note(scheme + " address")
			}
		}
		name, value, _ := strings.Cut(token, "=")
		switch {
		case name == "--donate-level" || name == "--nicehash" || name == "--randomx-1gb-pages":
			note(name)
		case (name == "--algo" || name == "-a" && value == "") && strings.HasPrefix(after(value, tokens, i), "rx/"):
			note("RandomX as algorithm")
		}
		if port := pool(name, value, token, before); port != "" {
			note("pool port " + port)
		}
	}
	return strings.Join(found, ", ")
}

// after gives the value of an option: behind its equals sign, or the next token.
func after(value string, tokens []string, i int) string {
	if value == "" && i+1 < len(tokens) {
		return tokens[i+1]
	}
	return value
}

// pool gives the port of a token that names a server as miners are told theirs: by the option for it, or by a name that says pool. Others
// have these ports too.
func pool(name, value, token, before string) string {
	at := token
	told := slices.Contains([]string{"-o", "--url", "--pool"}, before)
	if slices.Contains([]string{"-o", "--url", "--pool"}, name) && value != "" {
		at, told = value, true
	}
	if _, rest, ok := strings.Cut(at, "://"); ok {
		if !told && !strings.HasPrefix(at, "stratum") {
			return ""
		}
		at = rest
	}
	at, _, _ = strings.Cut(at, "/")
	host, port, err := net.SplitHostPort(at)
	if err != nil || host == "" || strings.ContainsAny(host, "=,@") || !slices.Contains([]string{"3333", "4444", "5555", "7777", "14444", "14433"}, port) {
		return ""
	}
	if told || slices.ContainsFunc(strings.FieldsFunc(host, func(r rune) bool { return r == '.' || r == '-' }), func(s string) bool { return s == "pool" || s == "xmr" }) {
		return port
	}
	return ""
}

// encoded are "stratum+tcp://" and "--donate-level=" in base64, as they stand in a longer text at each of three places.
func encoded() []string {
	return []string{"c3RyYXR1bSt0Y3A6Ly", "N0cmF0dW0rdGNwOi8v", "zdHJhdHVtK3RjcDovL", "LS1kb25hdGUtbGV2ZWw9", "0tZG9uYXRlLWxldmVsP", "tLWRvbmF0ZS1sZXZlbD"}
}
