package network

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/port"
	"canopy/model/inorder"
	"canopy/model/record"
)

// template is what matters of a pod template. It is read once for all pods that share it.
type template struct {
	host bool
	// ports are those with a name, sorted; those of init containers too, since sidecars are among them.
	ports     []namedPort
	signature *signature
	uses      int
}

func (a *Analyser) templateOf(t record.Template) *template {
	t = t.Bare()
	x := a.templates[t]
	if x == nil {
		spec := t.Decode().Spec
		x = &template{host: spec.HostNetwork}
		for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
			for i := range list {
				for _, p := range list[i].Ports {
					proto, ok := port.Parse(p.Protocol)
					if ok && p.Name != "" && p.ContainerPort > 0 && p.ContainerPort <= port.Last {
						x.ports = append(x.ports, namedPort{p.Name, proto, uint16(p.ContainerPort)})
					}
				}
			}
		}
		inorder.Sort(x.ports, compareNamed)
		x.ports = slices.Compact(x.ports)
		x.signature = a.signatureOf(x.ports)
		a.templates[t] = x
	}
	return x
}

func compareNamed(a, b namedPort) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.number, b.number))
}

func (a *Analyser) holdTemplate(t record.Template) { a.templateOf(t).uses++ }

func (a *Analyser) releaseTemplate(t record.Template) {
	t = t.Bare()
	x := a.templates[t]
	if x.uses--; x.uses == 0 {
		delete(a.templates, t)
	}
}

// signatureOf gives what rules can ask of the named ports of a pod.
func (a *Analyser) signatureOf(list []namedPort) *signature {
	var used []namedPort
	a.buf = a.buf[:0]
	for _, p := range list {
		if a.names[p.name] > 0 {
			used = append(used, p)
			a.buf = append(appendText(a.buf, p.name), byte(p.protocol), byte(p.number), byte(p.number>>8))
		}
	}
	s := a.signatures[string(a.buf)]
	if s == nil {
		s = &signature{a.next(), used}
		a.signatures[string(a.buf)] = s
	}
	return s
}

// useName counts the rules that call a port by a name. What changes by that is worked out by rename.
func (a *Analyser) useName(name string, by int) {
	before := a.names[name]
	if now := before + by; now == 0 {
		delete(a.names, name)
		a.namesOfPortsChanged[name] = struct{}{}
	} else {
		a.names[name] = now
		if before == 0 {
			a.namesOfPortsChanged[name] = struct{}{}
		}
	}
}

// rename takes it into account that other names of ports are used than before.
func (a *Analyser) rename() {
	if len(a.namesOfPortsChanged) == 0 {
		return
	}
	changed := map[*template]struct{}{}
	for _, t := range a.templates {
		if !slices.ContainsFunc(t.ports, func(p namedPort) bool {
			_, ok := a.namesOfPortsChanged[p.name]
			return ok
		}) {
			continue
		}
		if s := a.signatureOf(t.ports); s != t.signature {
			t.signature = s
			changed[t] = struct{}{}
		}
	}
	clear(a.namesOfPortsChanged)
	if len(changed) == 0 {
		return
	}
	for m := range a.members {
		if r := a.members[m].record; r != nil {
			if _, ok := changed[a.templates[r.Template.Bare()]]; ok {
				a.place(uint32(m))
			}
		}
	}
}
