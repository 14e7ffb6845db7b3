package leaves

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// podInspector is an inspector that knows what words mean together: that of --password and what follows it the second is a credential, and
// what -p means to the program that the command names.
type podInspector interface {
	// Pod looks at a pod spec; paths are relative to it.
	Pod(spec *corev1.PodSpec) []model.Exposure
}

// commandKey and argumentsKey tell the keys under which lists of words stand that a program is started with.
func commandKey(k string) bool { return k == "command" || k == "entrypoint" }

func argumentsKey(k string) bool {
	return k == "args" || k == "arguments" || k == "extraArgs" || k == "additionalArgs"
}

// commands looks at the lists of words in a map, as in a container, whatever the map is, and gives the paths of the words that it told of.
func (w *walk) commands(path string, t map[string]any) (spoken map[string]bool) {
	pods, ok := w.inspector.(podInspector)
	if !ok {
		return nil
	}
	var c corev1.Container
	commandAt := ""
	for _, k := range slices.Sorted(maps.Keys(t)) {
		if commandKey(k) && c.Command == nil {
			c.Command, commandAt = words(t[k]), k
		}
	}
	tell := func(field, at string) {
		for _, e := range pods.Pod(&corev1.PodSpec{Containers: []corev1.Container{c}}) {
			rest, ok := strings.CutPrefix(e.Path, "containers[0]."+field)
			if !ok {
				continue
			}
			if spoken == nil {
				spoken = map[string]bool{}
			}
			list := record.FieldPath(path, at)
			index, _, _ := strings.Cut(rest, "]")
			spoken[list+index+"]"] = true
			e.Path = list + rest
			w.found = append(w.found, e)
		}
	}
	if c.Command != nil {
		tell("command", commandAt)
	}
	for _, k := range slices.Sorted(maps.Keys(t)) {
		if argumentsKey(k) {
			if c.Args = words(t[k]); c.Args != nil {
				tell("args", k)
			}
		}
	}
	return spoken
}

// words gives the texts of a list in their places; nil where it is none.
func words(v any) []string {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil
	}
	out := make([]string, len(list))
	for i, e := range list {
		out[i], _ = e.(string)
	}
	return out
}

// items looks at the words one by one, of which nothing was told yet.
func (w *walk) items(path, name string, list []any, spoken map[string]bool) {
	for i, e := range list {
		if at := fmt.Sprintf("%s[%d]", path, i); !spoken[at] {
			w.value(at, name, e)
		}
	}
}
