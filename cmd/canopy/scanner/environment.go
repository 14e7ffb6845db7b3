package scanner

import (
	"slices"
	"strings"
)

// passed are the variables that a scanner gets: where it finds its programs, its configuration and its data, and the way to registries.
// Nothing else is its business, the access to the cluster and credentials of clouds least of all.
var passed = []string{
	"PATH", "HOME", "USER", "LANG", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	// Without these no program starts on Windows.
	"SYSTEMROOT", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
}

// settings are the variables of scanners that are passed too: where their data is, and the way to registries. None of them changes what
// is found: a severity, a list of what is ignored, or a policy that the user has set for a pipeline would make an image look better
// than it is, and an exit status would make each result a failure. What is kept of a scan serves later runs, which have other variables.
var settings = []string{
	"TRIVY_CACHE_DIR", "TRIVY_DB_REPOSITORY", "TRIVY_JAVA_DB_REPOSITORY", "TRIVY_SKIP_DB_UPDATE", "TRIVY_SKIP_JAVA_DB_UPDATE", "TRIVY_OFFLINE_SCAN",
	"TRIVY_USERNAME", "TRIVY_PASSWORD", "TRIVY_REGISTRY_TOKEN", "TRIVY_INSECURE", "TRIVY_CACERT", "TRIVY_SKIP_VERSION_CHECK", "TRIVY_DISABLE_TELEMETRY",
	"GRYPE_CHECK_FOR_APP_UPDATE",
}

// prefixes begin the names of variables that are passed too.
var prefixes = []string{"XDG_", "GRYPE_DB_", "GRYPE_REGISTRY_"}

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
	if slices.Contains(passed, name) || slices.Contains(settings, name) {
		return true
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
