package rbac

import (
	"slices"
	"strings"
)

// LossGroup is all that a subject has lost on one thing.
type LossGroup struct {
	// Loss has no verb of its own.
	Loss
	Verbs []string
}

// Grouped joins the verbs of losses on the same thing, and keeps the order of the list.
func Grouped(list []Loss) []LossGroup {
	var groups []LossGroup
	at := map[Loss]int{}
	for _, l := range list {
		verb := l.Verb
		l.Verb = ""
		i, ok := at[l]
		if !ok {
			i = len(groups)
			at[l] = i
			groups = append(groups, LossGroup{Loss: l})
		}
		if !slices.Contains(groups[i].Verbs, verb) {
			groups[i].Verbs = append(groups[i].Verbs, verb)
		}
	}
	return groups
}

// Words says what was lost: sa:shop/web get,list deployments.apps in shop. Each word of the cluster goes through word first,
// which makes it safe to show.
func (g *LossGroup) Words(word func(string) string) string {
	verbs := make([]string, len(g.Verbs))
	for i, v := range g.Verbs {
		verbs[i] = word(v)
	}
	words := []string{word(g.Subject.String()), strings.Join(verbs, ",")}
	if g.URL != "" {
		return strings.Join(append(words, word(g.URL)), " ")
	}
	resource, sub, ok := cut(g.Resource)
	if g.Group != "" {
		resource += "." + g.Group
	}
	if ok {
		resource += "/" + sub
	}
	words = append(words, word(resource))
	switch {
	case g.Unnamed:
		words = append(words, "without a name")
	case g.Name != "":
		words = append(words, word(g.Name))
	}
	if g.Namespace == "*" {
		return strings.Join(append(words, "everywhere"), " ")
	}
	return strings.Join(append(words, "in", word(g.Namespace)), " ")
}
