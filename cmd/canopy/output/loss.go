package output

import (
	"slices"
	"strings"

	"canopy/analysis/rbac"
)

// Losses says what subjects would be permitted no longer, a line for each subject and thing: its verbs are joined. It keeps
// the order of the list.
func Losses(list []rbac.Loss) []string {
	type line struct {
		rbac.Loss
		verbs []string
	}
	var lines []line
	at := map[rbac.Loss]int{}
	for _, l := range list {
		key := l
		key.Verb = ""
		i, ok := at[key]
		if !ok {
			i = len(lines)
			at[key] = i
			lines = append(lines, line{Loss: l})
		}
		if !slices.Contains(lines[i].verbs, l.Verb) {
			lines[i].verbs = append(lines[i].verbs, l.Verb)
		}
	}
	words := make([]string, len(lines))
	for i := range lines {
		words[i] = lossWords(&lines[i].Loss, lines[i].verbs)
	}
	return words
}

func lossWords(l *rbac.Loss, verbs []string) string {
	words := Word(l.Subject.String()) + " " + strings.Join(verbs, ",") + " "
	if l.URL != "" {
		return words + Word(l.URL)
	}
	words += Word(ResourceName(l.Group, l.Resource))
	switch {
	case l.Unnamed:
		words += " without a name"
	case l.Name != "":
		words += " " + Word(l.Name)
	}
	if l.Namespace == "*" {
		return words + " everywhere"
	}
	return words + " in " + Word(l.Namespace)
}
