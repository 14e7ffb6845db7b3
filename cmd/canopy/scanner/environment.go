package scanner

import "strings"

// passed are the variables that a scanner gets: where it finds its programs, its configuration and its data, and the way to registries.
// Nothing else is its business, the access to the cluster and credentials of clouds least of all.
var passed = []string{
	"PATH", "HOME", "USER", "LANG", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	// Without these no program starts on Windows.
	"SYSTEMROOT", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
}

// prefixes begin the names of variables that are passed too.
var prefixes = []string{"XDG_", "TRIVY_", "GRYPE_"}

// environment picks from "NAME=value" what a scanner gets, and says what it shall not do unasked: look for news of itself, and tell
// others of its use. What the user has set counts.
func environment(all []string) []string {
	var env []string
	for _, pair := range all {
		name, _, _ := strings.Cut(pair, "=")
		if passes(name) {
			env = append(env, pair)
		}
	}
	for _, quiet := range []string{"TRIVY_SKIP_VERSION_CHECK=true", "TRIVY_DISABLE_TELEMETRY=true", "GRYPE_CHECK_FOR_APP_UPDATE=false"} {
		name, _, _ := strings.Cut(quiet, "=")
		if value(env, name) == "" {
			env = append(env, quiet)
		}
	}
	return env
}

func passes(name string) bool {
	for _, p := range passed {
		if name == p {
			return true
		}
	}
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// value finds a variable; the last of a name counts.
func value(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if key, v, _ := strings.Cut(env[i], "="); key == name {
			return v
		}
	}
	return ""
}
