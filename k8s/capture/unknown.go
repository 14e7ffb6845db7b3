package capture

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// kindNames is data: the kinds of Kubernetes itself, of all versions, a line for each group; those that every group has in the
// first. The types of most of them are not linked, since no rule looks at them.
//
//go:embed kinds.txt
var kindNames string

// kubernetes gives the names of the kinds by their group.
var kubernetes = sync.OnceValue(parseKinds)

func parseKinds() map[string]map[string]bool {
	groups := map[string]map[string]bool{}
	var all []string
	for line := range strings.Lines(kindNames) {
		names := strings.Fields(line)
		if names[0] == "*" {
			all = names[1:]
			continue
		}
		group := names[0]
		if group == "core" {
			group = ""
		}
		groups[group] = map[string]bool{}
		for _, name := range slices.Concat(all, names[1:]) {
			groups[group][name] = true
		}
	}
	return groups
}

// unknownKind says what is wrong with a kind that Kubernetes itself never had, such as pod or v1 Deployment; "" for real
// kinds and for those that anyone may define.
func unknownKind(gvk schema.GroupVersionKind) string {
	if r, _ := readingOf(gvk); r.kind != nil || gvk.Kind == "PodSecurityPolicy" {
		return ""
	}
	like := suggestedKind(gvk)
	if kinds := kubernetes()[gvk.Group]; kinds != nil {
		if kinds[gvk.Kind] {
			return ""
		}
		// A newer release may have kinds that we do not know of; those of the old groups are settled.
		if like.Empty() && strings.Contains(gvk.Group, ".") {
			return ""
		}
	} else if strings.Contains(gvk.Group, ".") {
		return ""
	}
	message := fmt.Sprintf("%s has no kind %q", gvk.GroupVersion(), gvk.Kind)
	if !like.Empty() {
		message += fmt.Sprintf(": did you mean %s %s?", like.GroupVersion(), like.Kind)
	}
	return message
}

// suggestedKind finds the kind that a misspelt one may mean.
func suggestedKind(gvk schema.GroupVersionKind) schema.GroupVersionKind {
	var found []*model.Kind
	for _, k := range model.Kinds() {
		if strings.EqualFold(k.Kind, gvk.Kind) || strings.EqualFold(k.Resource, gvk.Kind) {
			found = append(found, k)
		}
	}
	if len(found) == 0 {
		return schema.GroupVersionKind{}
	}
	if i := slices.IndexFunc(found, func(k *model.Kind) bool { return k.Group == gvk.Group }); i > 0 {
		return found[i].GVK()
	}
	return found[0].GVK()
}

// holdsPods tells that an object of a kind that no rule looks at holds a pod spec, told by its list of containers.
func holdsPods(gvk schema.GroupVersionKind, data []byte) bool {
	// Policies hold patterns of pods, and make none.
	if strings.HasSuffix(gvk.Group, "kyverno.io") || !bytes.Contains(data, []byte(`"containers"`)) {
		return false
	}
	tree, err := parseTree(data)
	if err != nil {
		return false
	}
	for _, field := range []string{"spec", "template", "objects"} {
		if hasContainers(tree[field]) {
			return true
		}
	}
	return false
}

func hasContainers(v any) bool {
	switch t := v.(type) {
	case map[string]any:
		found := false
		each(t["containers"], func(c map[string]any) {
			found = found || c["name"] != nil || c["image"] != nil
		})
		if found {
			return true
		}
		for _, e := range t {
			if hasContainers(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(t, hasContainers)
	}
	return false
}
