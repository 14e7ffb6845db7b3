package resources

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
	"canopy/ui/view"
)

// spaceRecord is the record of a namespace.
type spaceRecord = record.Typed[*corev1.Namespace]

// rest writes what the item is made of, and where it runs.
func (w *writer) rest() {
	switch i := w.item; i.level {
	case heading:
		w.versions()
	case machine:
		w.machine()
	case space:
		w.worst()
		if p := w.s.shape.tree.plot(i.ref.Name); p != nil && len(p.elsewhere) > 0 {
			w.Entry("besides", w.In(w.Ink.Text, view.Count(len(p.elsewhere), "finding")+" on objects that have no row here"))
		}
	default:
		w.containers()
		w.plain("account", account(i))
		w.plain("node", w.nodes())
		w.plain("ip", addresses(i))
	}
	w.labels()
}

// containers names them with their images.
func (w *writer) containers() {
	if w.item.template == nil {
		return
	}
	word := "runs"
	for _, c := range w.item.template.containers {
		kind := ""
		switch c.kind {
		case record.Init:
			kind = " (init)"
		case record.Ephemeral:
			kind = " (debug)"
		}
		w.Entry(word, w.In(w.Ink.Text, c.name)+w.In(w.Ink.Faint, kind+" ")+w.In(w.Ink.Text, c.image))
		word = ""
	}
}

// nodes names those that it runs on.
func (w *writer) nodes() string {
	var names []string
	seen := map[string]bool{}
	w.item.each(func(i *item) {
		if i.level == pod && i.node != "" && !i.finished() && !seen[i.node] {
			seen[i.node] = true
			names = append(names, i.node)
		}
	})
	return view.Few(names, 6)
}

// machine says what a node is made of.
func (w *writer) machine() {
	n, ok := w.item.record.(*nodeRecord)
	if !ok {
		return
	}
	i := &n.Object.Status.NodeInfo
	w.plain("kubelet", i.KubeletVersion)
	w.plain("runtime", i.ContainerRuntimeVersion)
	w.plain("system", strings.TrimSuffix(i.OSImage+", kernel "+i.KernelVersion, ", kernel "))
	w.plain("ip", addresses(w.item))
	var taints []string
	for _, t := range n.Object.Spec.Taints {
		taints = append(taints, t.ToString())
	}
	w.plain("taints", view.Few(taints, 4))
}

// versions counts the versions of the kubelets.
func (w *writer) versions() {
	count := map[string]int{}
	var order []string
	for _, c := range w.item.children {
		if n, ok := c.record.(*nodeRecord); ok {
			v := n.Object.Status.NodeInfo.KubeletVersion
			if count[v] == 0 {
				order = append(order, v)
			}
			count[v]++
		}
	}
	word := "kubelet"
	for _, v := range order {
		w.plain(word, view.Count(count[v], "node")+" with "+v)
		word = ""
	}
}

// labels writes the first of them.
func (w *writer) labels() {
	const most = 8
	labels := labelsOf(w.item)
	word, n := "labels", 0
	for k, v := range labels.All() {
		if n++; n > most {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(labels.Len()-most, "more label")))
			return
		}
		w.Entry(word, w.In(w.Ink.Text, w.s.shared.Cut(k+"="+v, w.width-10)))
		word = ""
	}
}

func labelsOf(i *item) record.Labels {
	switch r := i.record.(type) {
	case *record.Pod:
		return r.Labels
	case *record.Workload:
		return r.Labels
	case *nodeRecord:
		return r.Labels
	case *spaceRecord:
		return r.Labels
	}
	return record.Labels{}
}
