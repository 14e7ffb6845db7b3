package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"canopy/analysis/attack"
	"canopy/cmd/canopy/settings"
	"canopy/model"
	"canopy/model/cluster"
)

// pathEnd is one end of paths of attack as it was typed. A nil end was not given.
type pathEnd struct {
	// arg is what the user gave it by: a flag, or the name of the command.
	arg, text string
	// name is as attack.Asker.Find takes it.
	name string
	// object is what it names, as far as the name tells.
	object attack.Node
}

// wantPathEnd says what an end looks like.
const wantPathEnd = "want a workload, shop/Deployment/web, a pod, an identity, sa:shop/web, user:alice or group:dev, a node, Node/n1, a Secret, shop/Secret/db, or a namespace, Namespace/shop"

func (e *pathEnd) wrong(why string) error { return fmt.Errorf("%s %q: %s", e.arg, e.text, why) }

// goals lists the words for what paths lead to.
func goals() []attack.Node {
	return []attack.Node{attack.ClusterAdmin, attack.AnyNode, attack.ControlPlane, attack.AnySecrets}
}

// parsePathEnd reads an end; "" is none. What can be wrong with it by itself is told before a cluster is read.
func parsePathEnd(arg, text string) (*pathEnd, error) {
	if text == "" {
		return nil, nil
	}
	e := &pathEnd{arg: arg, text: text, name: text}
	if text == attack.Internet.ID {
		if e.object = attack.Internet; arg == "--to" {
			return nil, e.wrong("paths begin there: name it after --from")
		}
		return e, nil
	}
	for _, g := range goals() {
		if g.ID != text {
			continue
		}
		if e.object = g; arg != "--to" {
			return nil, e.wrong("paths end there: name it after --to of canopy paths")
		}
		return e, nil
	}
	if subject, err := model.ParseSubject(text); err == nil {
		e.object = attack.NodeOfSubject(subject)
		e.name = e.object.ID
		return e, nil
	}
	if !strings.Contains(text, "/") {
		return nil, e.wrong(wantPathEnd)
	}
	node, err := settings.ParseObject(longKind(text))
	if err != nil {
		if strings.Count(text, "/") > 2 || strings.Contains(text, ":") {
			// A cloud knows names of other forms.
			return e, nil
		}
		return nil, e.wrong(err.Error())
	}
	e.object, e.name = node, node.ID
	return e, nil
}

// longKind writes the short name of a kind in a reference out: shop/deploy/web.
func longKind(text string) string {
	parts := strings.Split(text, "/")
	if n := len(parts); n > 1 {
		if long := shortNames()[strings.ToLower(parts[n-2])]; long != "" {
			parts[n-2] = long
		}
	}
	return strings.Join(parts, "/")
}

// find looks the end up. Where there is no such node, names lists the users and groups with a name like it: objects are looked for in the
// cluster.
func (e *pathEnd) find(a attack.Asker) (node attack.Node, names []string, ok bool) {
	if node, ok = a.Find(e.name); ok {
		return node, nil, true
	}
	var list []candidate
	for _, n := range a.Sources() {
		if s := n.Subject; !s.IsZero() && s.Kind != model.AccountSubject {
			if score := near(s.Name, e.object.Subject.Name); score > 0 {
				list = append(list, candidate{n.ID, score})
			}
		}
	}
	return attack.Node{}, best(list), false
}

// nearNodes lists the objects with a name like that of an end.
func nearNodes(c *cluster.Cluster, e *pathEnd) []string {
	ref := e.object.Ref
	if e.object.Type == attack.Workload {
		return nearObjects(c, &place{kind: ref.Kind, namespace: ref.Namespace, name: ref.Name})
	}
	var list []candidate
	for r := range c.All(ref.GroupKind()) {
		other := r.Ref()
		score := near(other.Name, ref.Name)
		switch {
		case score == 100:
			score += 50
		case other.Namespace != ref.Namespace:
			continue
		}
		if n, ok := attack.NodeOf(other); ok && score > 0 {
			list = append(list, candidate{n.ID, score})
		}
	}
	return best(list)
}

// placeOf is the namespace of a node.
func placeOf(n attack.Node) string {
	if n.Subject.Namespace != "" {
		return n.Subject.Namespace
	}
	return n.Ref.Namespace
}

// completePathEnd completes what is known without a cluster: words, how a subject begins, kinds.
func completePathEnd(words []string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
		namespace, _, slash := strings.Cut(typed, "/")
		if !slash {
			return append(slices.Clone(words), "sa:\ta service account: sa:shop/web", "user:\ta user", "group:\ta group",
				"Node/\ta node: Node/n1", "Namespace/\ta namespace: Namespace/shop"), directive
		}
		if namespace == "Node" || namespace == "Namespace" || strings.Contains(namespace, ":") || strings.Count(typed, "/") > 1 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		list := []string{namespace + "/Secret/"}
		for _, k := range model.Kinds() {
			if holdsPods(k) {
				list = append(list, namespace+"/"+k.Kind+"/")
			}
		}
		return list, directive
	}
}

// bindPathEnds completes the flags of both ends.
func bindPathEnds(c *cobra.Command) {
	to := make([]string, 0, len(goals()))
	for _, g := range goals() {
		to = append(to, g.ID)
	}
	// The errors are of flags that do not exist, and these were declared before.
	_ = c.RegisterFlagCompletionFunc("from", completePathEnd([]string{attack.Internet.ID}))
	_ = c.RegisterFlagCompletionFunc("to", completePathEnd(to))
}
