package attack

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// defaultAccount is the account that a controller makes in every namespace.
const defaultAccount = "default"

// exists tells whether an account is there, or may be as far as was seen.
func exists(c *cluster.Cluster, namespace, name string) bool {
	return c.Get(model.KindByName("ServiceAccount").Ref(namespace, name)) != nil || name == defaultAccount ||
		c.Seen(schema.GroupKind{Kind: "ServiceAccount"}, namespace).State != model.Complete
}

// sketchAccount draws an account: it is one of its namespace, it belongs to the groups of all accounts, and it may stand for an
// identity of the cloud. An account that is not there and holds something can be claimed by whoever makes it.
func (a *Analyser) sketchAccount(w *World, who model.Subject) *sketch {
	s := &sketch{}
	me := identityOf(who)
	sa, _ := cluster.Find[*record.Typed[*corev1.ServiceAccount]](w.Cluster, "ServiceAccount", who.Namespace, who.Name)
	bound := false
	for range w.Access.BindingsTo(who) {
		bound = true
		break
	}
	// Nobody can claim what Kubernetes makes by itself.
	there := exists(w.Cluster, who.Namespace, who.Name) || w.Privilege.Own(who)
	used := len(a.wanted[want{identity, who.Namespace + "/" + who.Name}]) > 0
	switch {
	case sa != nil, (bound || used) && there:
		s.link(all(accounts, who.Namespace), me)
	case bound:
		s.link(all(claimable, who.Namespace), me)
	case !used:
		return s
	}
	s.spaces = append(s.spaces, who.Namespace)
	s.add(a.member(me, identityOf(accountsGroup(who.Namespace))))
	if sa != nil {
		if _, name := cloudIdentity(&sa.Meta); name != "" {
			s.add(a.step(me, key{kind: cloud, ref: model.Ref{Name: name}}, "I-10", MissingData, "what the cloud lets the identity do is not read"))
		}
	}
	return s
}

// cloudIdentity names the identity of the cloud that an account's annotations give to its pods, and the annotation that does; "" where
// none does.
func cloudIdentity(m *record.Meta) (annotation, name string) {
	for _, a := range [...]struct{ cloud, annotation string }{
		{"aws:", "eks.amazonaws.com/role-arn"}, {"gcp:", "iam.gke.io/gcp-service-account"}, {"azure:", "azure.workload.identity/client-id"},
	} {
		if of := m.Annotations.Get(a.annotation); of != "" {
			return a.annotation, a.cloud + of
		}
	}
	return "", ""
}

// sketchSecret draws a Secret: it is one of its namespace, and a token opens what its account may do.
func (a *Analyser) sketchSecret(w *World, ref model.Ref) *sketch {
	s := &sketch{}
	r, ok := w.Cluster.Get(ref).(*record.Secret)
	if !ok {
		return s
	}
	me := key{kind: secret, ref: ref}
	s.spaces = append(s.spaces, ref.Namespace)
	s.link(all(secrets, ref.Namespace), me)
	switch {
	case r.Type == corev1.SecretTypeServiceAccountToken && !r.Labels.Has("kubernetes.io/legacy-token-invalid-since"):
		// The token of an account that is gone is none any more.
		s.wants = append(s.wants, want{accounts, r.Annotations.Get(corev1.ServiceAccountNameKey)})
		if name := r.Annotations.Get(corev1.ServiceAccountNameKey); name != "" && exists(w.Cluster, ref.Namespace, name) {
			s.add(a.step(me, identityOf(model.Subject{Kind: model.AccountSubject, Namespace: ref.Namespace, Name: name}), "I-08", Proven, ""))
		}
	case r.Type == corev1.SecretTypeBootstrapToken && ref.Namespace == "kube-system" && strings.HasPrefix(ref.Name, "bootstrap-token-"):
		// The second is the group to which kubeadm gives what it takes to join.
		for _, name := range [...]string{"system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token"} {
			s.add(a.step(me, identityOf(model.Subject{Kind: model.GroupSubject, Name: name}), "I-09", MissingData, "whether the token has expired, and of which groups it makes a member, is in its values, which are not read"))
		}
	}
	return s
}
