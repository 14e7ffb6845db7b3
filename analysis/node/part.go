package node

import (
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/image/reference"
	"canopy/analysis/lifecycle"
	"canopy/model/cluster"
	"canopy/model/record"
)

// sheet is what a pod template tells of the component that it runs. All pods that have the template share it.
type sheet struct {
	// component is "" for a template of anything else.
	component, field, raw string
	version               lifecycle.Version
	known                 bool
	reason                string
}

// part is a pod that runs a component.
type part struct {
	Part
	template record.Template
	field    string
	// static tells that the kubelet runs it by itself.
	static bool
	// waits tells that it does not run: it rolls out, or is on its way out.
	waits bool
	since int64
}

// sheetsMost bounds what is remembered of templates: each that is remembered stays in memory.
const sheetsMost = 256

// components are those that are looked for, each by the name of its program.
var components = [...]string{lifecycle.APIServer, lifecycle.ControllerManager, lifecycle.Scheduler, lifecycle.Proxy}

// planeNamespace names the namespaces where a control plane runs as pods.
func planeNamespace(name string) bool {
	return name == "kube-system" || strings.HasPrefix(name, "openshift-kube-") || name == "openshift-cloud-controller-manager"
}

// sheetOf reads a template.
func sheetOf(spec *corev1.PodSpec) sheet {
	for i := range spec.Containers {
		c := &spec.Containers[i]
		ref, err := reference.Parse(c.Image)
		component := componentOf(c, path.Base(ref.Repository))
		if component == "" {
			continue
		}
		s := sheet{component: component, field: "spec.containers[" + number(int64(i)) + "].image"}
		switch {
		case err != nil:
			s.reason = "its image cannot be read"
		case ref.Tag == "":
			s.reason = "its image is named by a digest alone, which tells no version"
		case component == lifecycle.CloudController && !tracks(ref.Repository):
			s.raw, s.reason = brief(ref.Tag), "its makers number it in their own way"
		default:
			s.raw = brief(ref.Tag)
			if s.version, s.known = lifecycle.ParseVersion(ref.Tag); !s.known {
				s.reason = "the tag of its image is no version: " + s.raw
			}
		}
		return s
	}
	return sheet{}
}

// componentOf tells what a container runs: by its program, its name, or its image.
func componentOf(c *corev1.Container, image string) string {
	names := [...]string{program(c.Command), program(c.Args), c.Name, image}
	for _, name := range names {
		for _, known := range components {
			if name == known || strings.HasPrefix(name, known+"-") && name == image {
				return known
			}
		}
		if strings.HasSuffix(name, lifecycle.CloudController) || name == "cloud-provider-vsphere" {
			return lifecycle.CloudController
		}
	}
	return ""
}

func program(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return path.Base(words[0])
}

// tracks tells cloud controller managers that are numbered as Kubernetes is.
func tracks(repository string) bool {
	for _, known := range [...]string{
		"provider-aws/cloud-controller-manager", "openstack-cloud-controller-manager", "azure-cloud-controller-manager", "cloud-provider-vsphere",
		"cpi-vsphere/manager", "cloud-pv-vsphere/cloud-provider-vsphere",
	} {
		if repository == known || strings.HasSuffix(repository, "/"+known) {
			return true
		}
	}
	return false
}

// updatePod takes a pod, where it may run a component.
func (a *Analyser) updatePod(d cluster.Delta) {
	a.updateNetwork(d)
	if !planeNamespace(d.Ref.Namespace) {
		return
	}
	key := types.NamespacedName{Namespace: d.Ref.Namespace, Name: d.Ref.Name}
	old := a.parts[key]
	_, pod := cluster.Cast[*record.Pod](d)
	now := a.partOf(pod)
	if old != nil && now != nil && old.template == now.template && old.Node == now.Node && old.static == now.static && old.waits == now.waits && old.since == now.since {
		return
	}
	if old != nil {
		delete(a.parts, key)
		a.forget(old)
	}
	if now != nil {
		a.parts[key] = now
		if now.Component == lifecycle.Proxy {
			if a.proxies[now.Node] == nil {
				a.proxies[now.Node] = map[*part]struct{}{}
			}
			a.proxies[now.Node][now] = struct{}{}
		}
		a.partTouched(now)
	}
}

// networkNamespace is where OpenShift runs OVN-Kubernetes, networkPod the label of what runs on each node.
const (
	networkNamespace = "openshift-ovn-kubernetes"
	networkPod       = "ovnkube-node"
)

// updateNetwork takes a pod of OVN-Kubernetes, which does on a node what kube-proxy does elsewhere.
func (a *Analyser) updateNetwork(d cluster.Delta) {
	if d.Ref.Namespace != networkNamespace {
		return
	}
	before := len(a.networks) > 0
	key := types.NamespacedName{Namespace: d.Ref.Namespace, Name: d.Ref.Name}
	delete(a.networks, key)
	if _, pod := cluster.Cast[*record.Pod](d); pod != nil && !pod.Finished() && pod.Labels.Get("app") == networkPod {
		a.networks[key] = struct{}{}
	}
	if len(a.networks) > 0 != before {
		a.dirty.all = true
	}
}

// partOf reads a pod; nil where it runs none of the components, or runs no more.
func (a *Analyser) partOf(p *record.Pod) *part {
	if p == nil || p.StandIn || p.Node() == "" || p.Finished() {
		return nil
	}
	s := a.sheets[p.Template]
	if s == nil {
		made := sheetOf(&p.Template.Decode().Spec)
		s = &made
		if len(a.sheets) >= sheetsMost {
			clear(a.sheets)
		}
		a.sheets[p.Template] = s
	}
	static := p.Annotations.Has(corev1.MirrorPodAnnotationKey) || p.Owner != nil && p.Owner.Kind == "Node"
	if s.component == "" {
		return nil
	}
	if s.component != lifecycle.CloudController && s.component != lifecycle.Proxy && !static && p.Labels.Get("component") != s.component {
		// What only has the name of an API server is none.
		return nil
	}
	out := &part{
		Part:     Part{Component: s.component, Object: p.Ref(), Node: p.Node(), Raw: s.raw, Version: s.version, Known: s.known, Reason: s.reason},
		template: p.Template, field: s.field, static: static, since: p.Since(),
	}
	switch {
	case p.Deleted != 0:
		out.waits, out.Reason = true, "its pod is being deleted: another takes its place, or nothing"
	case p.Phase == corev1.PodPending:
		out.waits, out.Reason = true, "it rolls out: its pod does not run yet"
	}
	out.Known = out.Known && !out.waits
	return out
}

// forget takes a part away.
func (a *Analyser) forget(p *part) {
	if p.Component == lifecycle.Proxy {
		delete(a.proxies[p.Node], p)
		if len(a.proxies[p.Node]) == 0 {
			delete(a.proxies, p.Node)
		}
	} else {
		a.dirty.gone[p.Object] = struct{}{}
	}
	a.partTouched(p)
}

// partTouched has judged what rests on a part.
func (a *Analyser) partTouched(p *part) {
	a.listed = nil
	a.version++
	if p.Component == lifecycle.Proxy {
		a.touch(p.Node)
		return
	}
	a.dirty.plane = true
}
