package plugin

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// flag gives the value of a flag of a container's command line: --name=value, --name value, or "true" for --name alone. The
// last one counts, as it does for the program.
func flag(k *corev1.Container, name string) (value string, ok bool) {
	for _, list := range [][]string{k.Command, k.Args} {
		for i, word := range list {
			rest := strings.TrimPrefix(word, "--")
			if rest == word {
				continue
			}
			key, v, assigned := strings.Cut(rest, "=")
			if key != name {
				continue
			}
			if !assigned {
				v = "true"
				if i+1 < len(list) && !strings.HasPrefix(list[i+1], "-") {
					v = list[i+1]
				}
			}
			value, ok = v, true
		}
	}
	return value, ok
}

// environment gives the literal value of a variable; "" where there is none.
func environment(k *corev1.Container, name string) string {
	for i := range k.Env {
		if k.Env[i].Name == name {
			return k.Env[i].Value
		}
	}
	return ""
}

func yes(v string) bool { b, err := strconv.ParseBool(v); return err == nil && b }

func no(v string) bool { b, err := strconv.ParseBool(v); return err == nil && !b }
