package networktest

import (
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

// describe writes a world down, for whoever must find out what is wrong with it.
func describe(w *World) string {
	var b strings.Builder
	write := func(what string, v any) {
		text, err := yaml.Marshal(v)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "%s: %s\n", what, strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\n  "))
	}
	for _, n := range w.Namespaces {
		fmt.Fprintf(&b, "namespace %s %v\n", n.Name, n.Labels)
	}
	for _, n := range w.Nodes {
		fmt.Fprintf(&b, "node %s %v %v\n", n.Name, n.Labels, n.Status.Addresses)
	}
	for _, p := range w.Pods {
		fmt.Fprintf(&b, "pod %s %v %v node=%s host=%v %s", key(p), p.Labels, p.Status.PodIPs, p.Spec.NodeName, p.Spec.HostNetwork, p.Status.Phase)
		for _, c := range append(p.Spec.InitContainers, p.Spec.Containers...) {
			for _, x := range c.Ports {
				fmt.Fprintf(&b, " %s=%s/%d", x.Name, x.Protocol, x.ContainerPort)
			}
		}
		b.WriteByte('\n')
	}
	for _, p := range w.Policies {
		write("np "+p.Namespace+"/"+p.Name, p.Spec)
	}
	for _, p := range w.Cluster {
		write("cnp "+p.Name, p.Spec)
	}
	for _, p := range w.Admin {
		write("anp "+p.Name, p.Spec)
	}
	for _, p := range w.Baseline {
		write("banp "+p.Name, p.Spec)
	}
	fmt.Fprintf(&b, "namespaces unread %v, unread %v, foreign %v, unenforced %v\n", w.NamespacesUnread, w.Unread, w.Foreign, w.Unenforced)
	return b.String()
}
