package paths

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/ui/view"
)

// end is an end of paths to choose.
type end struct{ id, text, note string }

// chooseSource lets the source be chosen.
func (s *Screen) chooseSource() tea.Cmd {
	return s.choose("where do paths begin? type to search", func(in *inquiry, id string) { in.source = id }, s.list.in.Load().source, func(a attack.Asker) []end {
		nodes := a.Sources()
		ends := []end{{"", "every source", "workloads outside of the control plane, users and groups"}, {attack.Internet.ID, "internet", "whoever is outside of the cluster"}}
		return append(append(ends, namespaces(nodes, "any workload of it")...), single(nodes)...)
	})
}

// chooseGoal lets the goal be chosen.
func (s *Screen) chooseGoal() tea.Cmd {
	return s.choose("where do paths lead? type to search", func(in *inquiry, id string) { in.goal = id }, s.list.in.Load().goal, func(a attack.Asker) []end {
		nodes := a.Goals()
		ends := []end{
			{"", attack.ClusterAdmin.ID, "all of the cluster"}, {attack.AnyNode.ID, "nodes", goalWord(attack.AnyNode)},
			{attack.ControlPlane.ID, "control-plane", goalWord(attack.ControlPlane)}, {attack.AnySecrets.ID, "secrets", goalWord(attack.AnySecrets)},
		}
		return append(append(ends, namespaces(nodes, "its Secrets")...), single(nodes)...)
	})
}

// namespaces lists those that the nodes are, or are in.
func namespaces(nodes []attack.Node, note string) []end {
	names := map[string]bool{}
	var ends []end
	for _, n := range nodes {
		name := n.Ref.Namespace
		if n.Type == attack.Namespace {
			name = n.Ref.Name
		}
		if name != "" && !names[name] {
			names[name] = true
			ref := model.KindByName("Namespace").Ref("", name)
			ends = append(ends, end{ref.String(), "namespace " + name, note})
		}
	}
	inorder.Sort(ends, func(a, b end) int { return strings.Compare(a.id, b.id) })
	return ends
}

// single lists nodes one by one.
func single(nodes []attack.Node) []end {
	var ends []end
	for _, n := range nodes {
		switch n.Type {
		case attack.Namespace, attack.Goal, attack.External:
		default:
			ends = append(ends, end{n.ID, n.ID, typeWord(n.Type)})
		}
	}
	return ends
}

// choose asks for what there is to choose, and lets it be chosen.
func (s *Screen) choose(title string, set func(*inquiry, string), now string, of func(attack.Asker) []end) tea.Cmd {
	session, ctx := s.list.shared.Session, s.list.shared.Running
	return func() tea.Msg {
		var ends []end
		if err := ask(ctx, session, func(a attack.Asker) { ends = of(a) }); err != nil {
			return view.Note{Text: err.Error(), Bad: true}
		}
		items := make([]view.Item, len(ends))
		for i, e := range ends {
			items[i] = view.Item{Text: e.text, Note: e.note, Chosen: e.id == now}
		}
		return view.Pick{Title: title, Items: items, Done: func(chosen []int) tea.Cmd {
			in := *s.list.in.Load()
			set(&in, ends[chosen[0]].id)
			in.limit = listed
			return view.Send(view.For{To: s, Msg: asked{in}})
		}}
	}
}
