package workload

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// fronts are the Services and Ingresses of a namespace.
type fronts struct {
	services  map[string]*record.Typed[*corev1.Service]
	ingresses map[string]*record.Typed[*networkingv1.Ingress]
	// list holds the ways in once they were asked for; known tells that it does.
	list  []entrance
	known bool
}

// front takes a Service or an Ingress that is new, changed or gone; false where the delta is of neither.
func (a *Analyser) front(d cluster.Delta) bool {
	service, ingress := d.Ref.Group == "" && d.Ref.Kind == "Service", d.Ref.Group == model.GroupNetwork && d.Ref.Kind == "Ingress"
	if !service && !ingress {
		return false
	}
	f := a.fronts[d.Ref.Namespace]
	if f == nil {
		f = &fronts{services: map[string]*record.Typed[*corev1.Service]{}, ingresses: map[string]*record.Typed[*networkingv1.Ingress]{}}
		a.fronts[d.Ref.Namespace] = f
	}
	f.list, f.known = nil, false
	if service {
		_, after := cluster.Cast[*record.Typed[*corev1.Service]](d)
		store(f.services, d.Ref.Name, after)
	} else {
		_, after := cluster.Cast[*record.Typed[*networkingv1.Ingress]](d)
		store(f.ingresses, d.Ref.Name, after)
	}
	if len(f.services) == 0 && len(f.ingresses) == 0 {
		delete(a.fronts, d.Ref.Namespace)
	}
	return true
}

func store[R comparable](m map[string]R, name string, r R) {
	var none R
	if r == none {
		delete(m, name)
		return
	}
	m[name] = r
}

// entrance is a Service by which pods are reached from outside the cluster, and what opens it.
type entrance struct {
	selector map[string]string
	proof    []model.Evidence
}

// entrances lists the ways into a namespace: Services with an address or a port outside, and those behind an Ingress. What
// NetworkPolicies leave of it is another question.
func (f *fronts) entrances() []entrance {
	if f == nil {
		return nil
	}
	if !f.known {
		f.list, f.known = f.find(), true
	}
	return f.list
}

func (f *fronts) find() []entrance {
	behind := map[string][]model.Evidence{}
	for _, r := range f.ingresses {
		backends(r, behind)
	}
	var list []entrance
	for _, t := range f.services {
		spec := &t.Object.Spec
		// A Service that is another name leads to no pods, whatever it selects.
		if len(spec.Selector) == 0 || spec.Type == corev1.ServiceTypeExternalName {
			continue
		}
		var proof []model.Evidence
		switch {
		case spec.Type == corev1.ServiceTypeLoadBalancer, spec.Type == corev1.ServiceTypeNodePort:
			proof = append(proof, model.Evidence{Object: t.Ref(), Path: "spec.type", Value: string(spec.Type)})
		case len(spec.ExternalIPs) > 0:
			proof = append(proof, model.Evidence{Object: t.Ref(), Path: "spec.externalIPs", Value: spec.ExternalIPs[0]})
		}
		if proof = append(proof, behind[t.Name]...); len(proof) > 0 {
			list = append(list, entrance{spec.Selector, proof})
		}
	}
	inorder.Sort(list, func(a, b entrance) int {
		x, y := a.proof[0].Object, b.proof[0].Object
		return x.Compare(y)
	})
	return list
}

// backends notes the Services that an Ingress leads to.
func backends(r *record.Typed[*networkingv1.Ingress], behind map[string][]model.Evidence) {
	note := func(b *networkingv1.IngressBackend, path string) {
		if b == nil || b.Service == nil {
			return
		}
		e := model.Evidence{Object: r.Ref(), Path: path, Value: b.Service.Name}
		behind[b.Service.Name] = append(behind[b.Service.Name], e)
	}
	note(r.Object.Spec.DefaultBackend, "spec.defaultBackend.service.name")
	for i := range r.Object.Spec.Rules {
		http := r.Object.Spec.Rules[i].HTTP
		if http == nil {
			continue
		}
		for j := range http.Paths {
			note(&http.Paths[j].Backend, index("spec.rules", i)+index(".http.paths", j)+".backend.service.name")
		}
	}
}

// entered gives what opens pods with these labels to the outside; nothing where nothing does.
func entered(list []entrance, labels record.Labels) []model.Evidence {
	var proof []model.Evidence
	for i := range list {
		matches := true
		for k, v := range list[i].selector {
			if have, ok := labels.Lookup(k); !ok || have != v {
				matches = false
				break
			}
		}
		if matches {
			proof = append(proof, list[i].proof...)
		}
	}
	inorder.Sort(proof, func(a, b model.Evidence) int {
		if n := a.Object.Compare(b.Object); n != 0 {
			return n
		}
		return strings.Compare(a.Path, b.Path)
	})
	return proof
}
