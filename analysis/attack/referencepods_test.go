package attack

import (
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"canopy/analysis/escape"
	"canopy/model"
)

func planeNode(n *corev1.Node) bool {
	_, a := n.Labels["node-role.kubernetes.io/control-plane"]
	_, b := n.Labels["node-role.kubernetes.io/master"]
	return a || b
}

func (m *atlas) nodes() (names []string) {
	each(m, func(n *corev1.Node) { names = append(names, n.Name) })
	return names
}

func (m *atlas) machines() {
	each(m, func(n *corev1.Node) {
		node := "node " + n.Name
		m.arc("nodes-all", node, 0)
		m.arc(node, "nodes", 0)
		m.arc(node, "on "+n.Name, 0)
		m.edge(node, "who user:system:node:"+n.Name, "K-02", Proven)
		m.arc("kubelets", "who user:system:node:"+n.Name, 0)
		m.arc("kubelets", "on "+n.Name, 0)
		if planeNode(n) {
			m.edge(node, "admin", "K-03", Proven)
			m.arc(node, "plane", 0)
		}
	})
}

// running draws what pods have, and where they lead out to.
func (m *atlas) running() {
	for top, c := range m.crews {
		m.arc("pods "+top, "in "+top, 0)
		for _, p := range c.pods {
			if p.Spec.NodeName != "" {
				m.edge("on "+p.Spec.NodeName, "in "+top, "K-01", Proven)
				m.arc("into "+p.Spec.NodeName, "in "+top, 0)
			}
		}
		if c.everywhere {
			each(m, func(n *corev1.Node) {
				m.edge("on "+n.Name, "in "+top, "K-01", ByAdmission)
				m.arc("into "+n.Name, "in "+top, int(penalty[ByAdmission]))
				m.out(top, c, c.planned, n.Name)
			})
		}
		for i, t := range c.specs() {
			on := ""
			if c.planned == nil {
				on = c.pods[i].Spec.NodeName
			}
			m.held(top, c, &t.Spec)
			if !c.everywhere || len(m.nodes()) == 0 {
				m.out(top, c, t, on)
			}
		}
	}
}

// held draws the token and the Secrets of a pod.
func (m *atlas) held(top string, c *crew, s *corev1.PodSpec) {
	api, shown, perhaps := false, false, false
	for _, v := range s.Volumes {
		if v.Projected == nil {
			continue
		}
		for _, from := range v.Projected.Sources {
			if from.ServiceAccountToken != nil {
				api = api || from.ServiceAccountToken.Audience == ""
				perhaps = perhaps || strings.Contains(from.ServiceAccountToken.Audience, "kubernetes.default.svc")
				shown = shown || strings.HasPrefix(v.Name, "kube-api-access-")
			}
		}
	}
	mounts := true
	if sa, ok := has[*corev1.ServiceAccount](m, c.namespace, accountOf(s)); ok && sa.AutomountServiceAccountToken != nil {
		mounts = *sa.AutomountServiceAccountToken
	}
	if s.AutomountServiceAccountToken != nil {
		mounts = *s.AutomountServiceAccountToken
	}
	if (api || mounts) && !c.static {
		sure := Proven
		if c.planned != nil || !shown && !api {
			sure = ByAdmission
		}
		m.edge("in "+top, "who sa:"+c.namespace+"/"+accountOf(s), "I-01", sure)
	}
	if perhaps && !api && !mounts && !c.static {
		m.edge("in "+top, "who sa:"+c.namespace+"/"+accountOf(s), "I-01", MissingData)
	}
	sure := Proven
	if c.planned != nil {
		sure = ByAdmission
	}
	give := func(name string) {
		if _, ok := has[*corev1.Secret](m, c.namespace, name); ok {
			m.edge("in "+top, "secret "+c.namespace+"/"+name, "I-07", sure)
		}
	}
	for _, v := range s.Volumes {
		if v.Secret != nil {
			give(v.Secret.SecretName)
		}
	}
	for _, p := range s.ImagePullSecrets {
		give(p.Name)
	}
	for _, one := range s.Containers {
		for _, from := range one.EnvFrom {
			if from.SecretRef != nil {
				give(from.SecretRef.Name)
			}
		}
	}
}

// out draws where a pod leads out to: its own node, where it has one.
func (m *atlas) out(top string, c *crew, t *corev1.PodTemplateSpec, on string) {
	for _, e := range escape.Of(t, escape.Conditions{Minor: m.minor}) {
		sure := Proven
		switch {
		case e.Version:
			sure = ByVersion
		case e.Verdict != model.Yes:
			sure = MissingData
		}
		if c.planned != nil {
			sure = max(sure, ByAdmission)
		}
		n, there := has[*corev1.Node](m, "", on)
		if on != "" {
			// Whoever gets into the pods of this node gets out to it and to no other.
			into := 0
			if c.planned != nil {
				into = int(penalty[ByAdmission])
			}
			to := map[escape.Kind]string{escape.ToNode: "node " + on, escape.ToTokens: "on " + on}[e.Kind]
			if e.Kind == escape.ToControlPlane && there && planeNode(n) {
				to = "admin"
			}
			if to != "" {
				m.arc("into "+on, to, into+m.edges[e.Edge].Cost+int(penalty[sure]))
			}
		}
		switch {
		case e.Kind == escape.ToNode && on != "":
			m.edge("pods "+top, "node "+on, e.Edge, sure)
		case e.Kind == escape.ToNode:
			// Of pods that are the same and of which some have nodes it is those that count.
			if !slices.ContainsFunc(c.pods, func(p *corev1.Pod) bool {
				spec := t.Spec
				spec.NodeName = p.Spec.NodeName
				return p.Spec.NodeName != "" && len(spec.EphemeralContainers) == 0 && equality.Semantic.DeepEqual(spec, p.Spec)
			}) {
				m.edge("pods "+top, "nodes", e.Edge, sure)
			}
		case e.Kind == escape.ToTokens && on != "":
			m.edge("pods "+top, "on "+on, e.Edge, sure)
		case e.Kind == escape.ToControlPlane && there && planeNode(n):
			m.edge("pods "+top, "admin", e.Edge, sure)
		}
	}
}

func (m *atlas) tokens() {
	each(m, func(o *corev1.Secret) {
		me := "secret " + o.Namespace + "/" + o.Name
		m.arc("all "+o.Namespace, me, 0)
		_, stale := o.Labels["kubernetes.io/legacy-token-invalid-since"]
		name := o.Annotations[corev1.ServiceAccountNameKey]
		if _, there := has[*corev1.ServiceAccount](m, o.Namespace, name); (there || name == "default") && o.Type == corev1.SecretTypeServiceAccountToken && !stale {
			m.edge(me, "who sa:"+o.Namespace+"/"+name, "I-08", Proven)
		}
		if o.Type == corev1.SecretTypeBootstrapToken && o.Namespace == "kube-system" && strings.HasPrefix(o.Name, "bootstrap-token-") {
			m.edge(me, "who group:system:bootstrappers", "I-09", MissingData)
			m.edge(me, "who group:system:bootstrappers:kubeadm:default-node-token", "I-09", MissingData)
		}
	})
	for _, ns := range m.spaces {
		m.arc("all "+ns, "secrets", 0)
	}
}

// ways draws how somebody outside gets to pods.
func (m *atlas) ways() {
	each(m, func(o *corev1.Service) {
		if o.Spec.Type != corev1.ServiceTypeLoadBalancer && o.Spec.Type != corev1.ServiceTypeNodePort {
			return
		}
		sure := Proven
		if o.Spec.Type == corev1.ServiceTypeNodePort || len(o.Status.LoadBalancer.Ingress) == 0 {
			sure = MissingData
		}
		for top, c := range m.crews {
			for _, p := range c.pods {
				if p.Namespace == o.Namespace && p.Labels["app"] == o.Spec.Selector["app"] && m.admits(p) {
					m.edge("net", "pods "+top, "K-05", sure)
				}
			}
		}
	})
}

// admits tells that policies let anybody through to a pod.
func (m *atlas) admits(p *corev1.Pod) bool {
	isolated, open := false, false
	each(m, func(o *networkingv1.NetworkPolicy) {
		if want := o.Spec.PodSelector.MatchLabels["app"]; o.Namespace == p.Namespace && (want == "" || want == p.Labels["app"]) {
			isolated = true
			open = open || len(o.Spec.Ingress) > 0
		}
	})
	return open || !isolated
}

func (m *atlas) hooks() {
	each(m, func(o *admissionv1.MutatingWebhookConfiguration) {
		for _, h := range o.Webhooks {
			r := h.Rules[0]
			if r.Operations[0] == "UPDATE" || r.Resources[0] == "secrets" {
				continue
			}
			svc, ok := has[*corev1.Service](m, h.ClientConfig.Service.Namespace, h.ClientConfig.Service.Name)
			if !ok {
				continue
			}
			sure := Proven
			if h.NamespaceSelector != nil {
				sure = ByAdmission
			}
			for top, c := range m.crews {
				for _, p := range c.pods {
					if p.Namespace == svc.Namespace && p.Labels["app"] == svc.Spec.Selector["app"] {
						m.edge("in "+top, "admin", "A-08", sure)
					}
				}
			}
		}
	})
}

// holder draws that who holds the cluster holds everything.
func (m *atlas) holder() {
	for _, ns := range m.spaces {
		m.grant("admin", ns, "accounts", "S-05", 0)
		m.grant("admin", ns, "pods", "W-07", 0)
		m.grant("admin", ns, "secrets", "S-01", 0)
	}
	m.edge("admin", "nodes-all", "W-04", Proven)
}
