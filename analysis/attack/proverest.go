package attack

import (
	"slices"
	"strconv"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// proveHook shows the webhook, and the Service of which the pods answer it.
func (q *asker) proveHook(h *Hop, k key) {
	p := &h.Proof
	p.Object, p.Summary = k.ref, "serves the webhook "+k.ref.Name+", which rewrites pods"
	t, ok := q.w.Cluster.Get(k.ref).(*record.Typed[*admissionv1.MutatingWebhookConfiguration])
	if !ok {
		return
	}
	for i := range t.Object.Webhooks {
		hook := &t.Object.Webhooks[i]
		of := hook.ClientConfig.Service
		if of == nil || !rewritesPods(hook) || !slices.Contains(q.a.behind(q.w.Cluster, of.Namespace, of.Name), h.From.Ref) {
			continue
		}
		at := "webhooks[" + strconv.Itoa(i) + "]"
		p.Evidence = []model.Evidence{
			{Object: k.ref, Path: at + ".rules", Value: "pods"},
			{Object: k.ref, Path: at + ".clientConfig.service.name", Value: of.Name},
			{Object: model.KindByName("Service").Ref(of.Namespace, of.Name), Path: "spec.selector"},
		}
		return
	}
}

// proveRest shows what follows from what objects are.
func (q *asker) proveRest(h *Hop, from key) {
	p := &h.Proof
	switch h.Edge {
	case "K-01":
		p.Object, p.Summary = h.To.Ref, "a pod of it runs on the node"
		for pod := range q.w.Cluster.Pods(h.To.Ref) {
			if pod.Node() == h.From.Ref.Name && !pod.Finished() {
				p.Evidence = []model.Evidence{{Object: pod.Ref(), Path: "spec.nodeName", Value: pod.Node()}}
				break
			}
		}
		if w, ok := q.w.Cluster.Get(h.To.Ref).(*record.Workload); ok && len(p.Evidence) == 0 && daemon(w) {
			p.Summary = "a pod of it is to run on the node"
			p.Evidence = []model.Evidence{{Object: h.To.Ref, Path: within(h.To.Ref, "spec")}}
		}
	case "K-02":
		p.Object, p.Summary = h.From.Ref, "the kubelet's credentials are on the node"
	case "K-03":
		p.Object, p.Summary = h.From.Ref, "the keys of the control plane are on the node"
		p.Evidence = []model.Evidence{{Object: h.From.Ref, Path: "metadata.labels", Value: "node-role.kubernetes.io/control-plane"}}
	case "I-07":
		p.Object, p.Summary = h.From.Ref, "the pods are given the Secret"
		q.shaped(h.From.Ref, func(s *shape, object model.Ref) bool {
			for _, u := range s.secrets {
				if u.name == h.To.Ref.Name {
					p.Evidence = []model.Evidence{{Object: object, Path: within(object, u.path), Value: u.name}}
					return true
				}
			}
			return false
		})
	case "I-08":
		p.Object, p.Summary = h.From.Ref, "the Secret is a token of the account"
		p.Evidence = []model.Evidence{
			{Object: h.From.Ref, Path: "type", Value: string(corev1.SecretTypeServiceAccountToken)},
			{Object: h.From.Ref, Path: "metadata.annotations[" + corev1.ServiceAccountNameKey + "]", Value: h.To.Ref.Name},
		}
	case "I-10":
		p.Object, p.Summary = h.From.Ref, "an annotation of the account names the identity"
		if sa, ok := q.w.Cluster.Get(h.From.Ref).(*record.Typed[*corev1.ServiceAccount]); ok {
			annotation, _ := cloudIdentity(&sa.Meta)
			p.Evidence = []model.Evidence{{Object: h.From.Ref, Path: "metadata.annotations[" + annotation + "]", Value: sa.Annotations.Get(annotation)}}
		}
	case "I-09":
		p.Object, p.Summary = h.From.Ref, "the Secret is a token by which nodes join"
		p.Evidence = []model.Evidence{{Object: h.From.Ref, Path: "type", Value: string(corev1.SecretTypeBootstrapToken)}}
	case "K-04":
		p.Object, p.Summary = h.From.Ref, "the node is a machine of a cloud"
		if h.From.Type == Workload {
			p.Summary = "the pods are on the network of a node that is a machine of a cloud"
			q.shaped(h.From.Ref, func(s *shape, object model.Ref) bool {
				if s.hostNetwork {
					p.Evidence = []model.Evidence{{Object: object, Path: within(object, "spec.hostNetwork"), Value: "true"}}
				}
				return s.hostNetwork
			})
		}
		if n, ok := q.w.Cluster.Get(h.From.Ref).(*record.Typed[*corev1.Node]); ok {
			p.Evidence = []model.Evidence{{Object: h.From.Ref, Path: "spec.providerID", Value: n.Object.Spec.ProviderID}}
		}
	case "I-02":
		p.Summary = "belongs to the group by itself"
	case "I-04":
		p.Summary = "members bypass every authorizer"
	default:
		if i, ok := q.a.byID[h.Edge]; ok {
			p.Summary = q.a.edges[i].Title
		}
		if from.kind == admin {
			p.Summary = "whoever holds the cluster holds this too"
		}
	}
}
