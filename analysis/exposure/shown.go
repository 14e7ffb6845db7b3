package exposure

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// longest bounds what is shown of one field, in bytes: who writes an object chooses how long it is.
const longest = 240

// Shown gives the fields that open the way to a pod, and through which Service it leads.
func (w *Way) Shown(c *cluster.Cluster, p *record.Pod) []model.Evidence {
	e := model.Evidence{Object: w.Via, Value: brief(w.Host)}
	switch w.How {
	case LoadBalancer, NodePort:
		e.Path, e.Value = "spec.type", map[string]string{LoadBalancer: string(corev1.ServiceTypeLoadBalancer), NodePort: string(corev1.ServiceTypeNodePort)}[w.How]
		if s := serviceAt(c, w.Via); s != nil {
			e.Value = string(s.Spec.Type)
		}
	case ExternalIP:
		e.Path, e.Value = "spec.externalIPs", brief(w.Address)
	case HostPort:
		e.Object, e.Path, e.Value = p.Ref(), w.stands.path(), strconv.Itoa(int(w.Port))
	case HostNetwork:
		e.Object, e.Path, e.Value = p.Ref(), "spec.hostNetwork", "true"
	case Ingress:
		e.Path = w.rulePath(c)
	case Gateway:
		e.Object, e.Path = w.Route, "spec.hostnames"
	default:
		e.Path = "spec.host"
	}
	if w.Service.IsZero() || w.Service == w.Via {
		return []model.Evidence{e}
	}
	through := model.Evidence{Object: w.Service, Path: "spec.selector"}
	if s := serviceAt(c, w.Service); s != nil {
		through.Value = brief(record.MakeLabels(s.Spec.Selector).Brief(longest))
	}
	return []model.Evidence{e, through}
}

func serviceAt(c *cluster.Cluster, ref model.Ref) *corev1.Service {
	if t, ok := c.Get(ref).(*record.Typed[*corev1.Service]); ok {
		return t.Object
	}
	return nil
}

// path is where the container takes the port.
func (s standing) path() string {
	if s.container == 0 {
		return "spec.containers"
	}
	list := "spec.containers["
	if s.init {
		list = "spec.initContainers["
	}
	return list + strconv.Itoa(int(s.container)-1) + "].ports[" + strconv.Itoa(int(s.port)-1) + "].hostPort"
}

// rulePath finds the rule of an Ingress that opens the way.
func (w *Way) rulePath(c *cluster.Cluster) string {
	in, ok := c.Get(w.Via).(*record.Typed[*networkingv1.Ingress])
	if !ok {
		return "spec.rules"
	}
	for i := range in.Object.Spec.Rules {
		rule := &in.Object.Spec.Rules[i]
		if !strings.EqualFold(rule.Host, w.Host) || rule.HTTP == nil {
			continue
		}
		for j := range rule.HTTP.Paths {
			if b := rule.HTTP.Paths[j].Backend.Service; b != nil && b.Name == w.Service.Name {
				return "spec.rules[" + strconv.Itoa(i) + "].host"
			}
		}
	}
	return "spec.defaultBackend.service.name"
}

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
