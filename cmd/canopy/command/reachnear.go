package command

import (
	"cmp"
	"slices"
	"strings"

	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// sameFold compares names of kinds, in which case does not count.
func sameFold(a, b string) bool { return strings.EqualFold(a, b) }

// suggested says what was perhaps meant.
func suggested(list []string) string {
	if len(list) == 0 {
		return ""
	}
	words := make([]string, min(nearest, len(list)))
	for i := range words {
		words[i] = output.Word(list[i])
	}
	return "; did you mean " + strings.Join(words, " or ") + "?"
}

// candidate is a name with what it has in common with the one that was typed.
type candidate struct {
	name  string
	score int
}

// best lists candidates, those first that have the most in common.
func best(list []candidate) []string {
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.name, b.name))
	})
	names := make([]string, 0, len(list))
	for _, c := range list {
		if !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// near is how much two names have in common, of a hundred; 0 where that is less than half.
func near(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	longer := max(len(a), len(b), 1)
	if score := 100 * min(alike(a, b), min(len(a), len(b))) / longer; score >= 50 {
		return score
	}
	return 0
}

// nearNamespaces lists the namespaces with a name like one.
func nearNamespaces(c *cluster.Cluster, name string) []string {
	var list []candidate
	for r := range c.All(model.KindByName("Namespace").GroupKind()) {
		if score := near(r.GetName(), name); score > 0 {
			list = append(list, candidate{r.GetName(), score})
		}
	}
	return best(list)
}

// nearObjects lists the workloads that a place may mean: of the same name elsewhere or of another kind, or of a name like
// it. Pods are among them only where one was named, since their names are made up.
func nearObjects(c *cluster.Cluster, p *place) []string {
	var list []candidate
	for _, k := range model.Kinds() {
		if !holdsPods(k) || k.Kind == "Pod" && p.kind != "Pod" {
			continue
		}
		for r := range c.All(k.GroupKind()) {
			ref := r.Ref()
			if k.Kind != "Pod" && c.TopOwner(r) != ref {
				continue
			}
			score := near(ref.Name, p.name)
			switch {
			case score == 100 && ref.Namespace == p.namespace:
				score += 100
			case score == 100 && sameFold(ref.Kind, p.kind):
				score += 50
			case score == 0 || ref.Namespace != p.namespace || !sameFold(ref.Kind, p.kind):
				continue
			}
			list = append(list, candidate{ref.String(), score})
		}
	}
	return best(list)
}
