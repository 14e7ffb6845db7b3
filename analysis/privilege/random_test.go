package privilege

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/google/go-cmp/cmp"

	"canopy/model"
)

// world makes random RBAC of a small cluster, so that objects meet often.
type world struct{ *rand.Rand }

func (w world) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w world) namespace() string { return w.pick("shop", "ops", "kube-system") }

func (w world) meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, CreationTimestamp: metav1.Unix(int64(1_800_000_000+w.IntN(3)), 0)}
}

func (w world) subject() rbacv1.Subject {
	switch w.IntN(6) {
	case 0:
		return user(w.pick("eve", "system:anonymous", "system:serviceaccount:shop:web", "system:kube-scheduler", "system:node:n1"))
	case 1:
		return group(w.pick("dev", "system:serviceaccounts", "system:serviceaccounts:shop", "system:serviceaccounts:ops", "system:authenticated", "system:unauthenticated", "system:masters", "system:nodes"))
	case 2:
		return rbacv1.Subject{Kind: w.pick("ServiceAccount", "Robot"), Name: w.pick("web", "api")}
	}
	return sa(w.namespace(), w.pick("web", "api", "default"))
}

func (w world) subjects() []rbacv1.Subject {
	var list []rbacv1.Subject
	for range w.IntN(4) {
		list = append(list, w.subject())
	}
	return list
}

// rules makes rules that meet often: what ways need, in several words, and little else.
func (w world) rules() []rbacv1.PolicyRule {
	all := []rbacv1.PolicyRule{
		rule("get,list", "secrets"), rule("create", "secrets"), rule("update,patch", "secrets"), rule("create", "pods"), rule("create", "pods/exec"), rule("get", "pods/exec"),
		rule("create,update,patch", "apps:deployments"), rule("patch", "rbac.authorization.k8s.io:rolebindings"), rule("create", "rbac.authorization.k8s.io:clusterrolebindings"),
		rule("bind", "rbac.authorization.k8s.io:clusterroles"), rule("bind", "rbac.authorization.k8s.io:clusterroles", "view"), rule("bind,escalate", "rbac.authorization.k8s.io:roles"),
		rule("escalate", "rbac.authorization.k8s.io:clusterroles"), rule("update", "rbac.authorization.k8s.io:clusterroles"), rule("create", "serviceaccounts/token"),
		rule("create", "serviceaccounts/token", "web"), rule("create", "serviceaccounts/token", "api"), rule("impersonate", "serviceaccounts", "api", "web"), rule("impersonate", "serviceaccounts", "web"), rule("impersonate", "users,groups"), rule("patch", "nodes"), rule("delete", "pods"),
		rule("update", "certificates.k8s.io:certificatesigningrequests/approval"), rule("create", "certificates.k8s.io:certificatesigningrequests"),
		rule("approve", "certificates.k8s.io:signers", "kubernetes.io/kube-apiserver-client"), rule("update", "configmaps"), rule("patch", "configmaps", "aws-auth"),
		rule("get", "nodes/proxy"), rule("create", "persistentvolumes"), rule("create", "persistentvolumeclaims"), rule("*", "*:*"), rule("*", "*/exec"), rule("get", "pods"),
		rule("create,patch", "admissionregistration.k8s.io:mutatingadmissionpolicies,admissionregistration.k8s.io:mutatingadmissionpolicybindings"),
		rule("impersonate:serviceaccount", "authentication.k8s.io:serviceaccounts"), rule("impersonate-on:serviceaccount:get", "pods"), rule("create", "argoproj.io:workflows"), rule("patch", "argoproj.io:rollouts"), rule("patch", "apps:deployments"), rule("escalate,update", "rbac.authorization.k8s.io:roles"),
		{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}}, {Verbs: []string{"post"}, NonResourceURLs: []string{"/x"}},
	}
	var list []rbacv1.PolicyRule
	for range w.IntN(4) {
		list = append(list, *all[w.IntN(len(all))].DeepCopy())
	}
	return list
}

func (w world) roleRef(namespaced bool) rbacv1.RoleRef {
	ref := rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: w.pick("a", "b", "sum", "lost", "system:basic-user", "system:node-proxier", "edit", "cluster-admin")}
	if namespaced && w.IntN(2) == 0 {
		ref.Kind, ref.Name = "Role", w.pick("a", "b", "lost")
	}
	return ref
}

// object makes a random object.
func (w world) object() runtime.Object {
	switch w.IntN(17) {
	case 13:
		return &appsv1.Deployment{ObjectMeta: w.meta(w.namespace(), w.pick("p", "q"))}
	case 14:
		return definition(w.pick("workflows.argoproj.io", "rollouts.argoproj.io"))
	case 15:
		switch w.IntN(4) {
		case 0:
			return hook(map[string]string{w.pick("kubernetes.io/metadata.name", "pod-security.kubernetes.io/enforce"): w.pick(w.namespace(), "baseline")})
		case 1:
			return kyverno(w.pick("Enforce", "Audit"))
		}
		return denial(admissionv1.ValidationAction(w.pick("Deny", "Deny", "Audit")))[w.IntN(2)]
	case 0, 1:
		return &rbacv1.Role{ObjectMeta: w.meta(w.namespace(), w.pick("a", "b")), Rules: w.rules()}
	case 2, 3:
		r := &rbacv1.ClusterRole{ObjectMeta: w.meta("", w.pick("a", "b", "sum", "system:basic-user", "system:node-proxier", "edit", "cluster-admin")), Rules: w.rules()}
		if w.IntN(2) == 0 {
			r.Labels = map[string]string{"to": "sum", "rbac.authorization.k8s.io/aggregate-to-edit": "true"}
		}
		if r.Name == "sum" || (r.Name == "edit" && w.IntN(2) == 0) {
			r.Rules, r.AggregationRule = nil, &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"to": "sum"}}}}
		}
		return r
	case 4, 5, 6:
		return &rbacv1.RoleBinding{ObjectMeta: w.meta(w.namespace(), w.pick("x", "y", "z", "system:controller:bootstrap-signer")), Subjects: w.subjects(), RoleRef: w.roleRef(true)}
	case 7, 8:
		b := &rbacv1.ClusterRoleBinding{ObjectMeta: w.meta("", w.pick("x", "y", "z", "system:basic-user", "system:node-proxier", "cluster-admin")), Subjects: w.subjects(), RoleRef: w.roleRef(false)}
		if strings.HasPrefix(b.Name, "system:") || b.Name == "cluster-admin" {
			b.RoleRef.Name = b.Name
			b.Subjects = append(b.Subjects, map[string]rbacv1.Subject{"system:basic-user": group("system:authenticated"), "system:node-proxier": user("system:kube-proxy"), "cluster-admin": group("system:masters")}[b.Name])
		}
		return b
	case 9:
		return &corev1.ServiceAccount{ObjectMeta: w.meta(w.namespace(), w.pick("web", "api", "default"))}
	case 10:
		n := namespace(w.namespace(), w.pick("", "privileged", "baseline", "restricted", "odd"))
		n.Annotations = map[string]string{"canopy/privileged-because": w.pick("a", "b")}
		return n
	case 11:
		return &corev1.ConfigMap{ObjectMeta: w.meta("kube-system", w.pick("aws-auth", "aws-auth", "coredns"))}
	case 12:
		s := &corev1.Secret{ObjectMeta: w.meta(w.namespace(), w.pick("s", "t")), Type: corev1.SecretType(w.pick("Opaque", "kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"))}
		if w.IntN(2) == 0 {
			s.Labels = map[string]string{w.pick(lastUsedLabel, invalidSinceLabel): w.pick("2026-01-01", "2026-02-02")}
		}
		return s
	}
	csr := &certificatesv1.CertificateSigningRequest{ObjectMeta: w.meta("", "csr"), Spec: certificatesv1.CertificateSigningRequestSpec{SignerName: w.pick(certificatesv1.KubeAPIServerClientSignerName, "x/y"), Username: w.pick("eve", "bob")}}
	if w.IntN(2) == 0 {
		csr.Status.Certificate = []byte("x")
	}
	return csr
}

// step makes one random change: of an object, of what was seen, or of the server.
func (w world) step(b *court) {
	switch w.IntN(20) {
	case 0, 1, 2, 3, 4:
		kinds := b.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := b.c.Sorted(kinds[w.IntN(len(kinds))]); len(list) > 0 {
			b.take(model.Drop(list[w.IntN(len(list))].Ref()))
		}
	case 5:
		states := []model.CoverState{model.Complete, model.Complete, model.Denied, model.Loading}
		kind := w.pick("ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Namespace", "ConfigMap", "Deployment", "CustomResourceDefinition")
		b.cover(model.Coverage{Kind: model.KindByName(kind).GroupKind(), State: states[w.IntN(len(states))], Reason: w.pick("", "not permitted")})
	case 6:
		if w.IntN(4) == 0 {
			b.a.Server(w.pick("v1.37.2", "v1.34.0", "v1.29.1", "v1.36.0", ""), b.c, b.access)
		}
	default:
		b.take(model.Put(recordOf(b.t, w.object())))
	}
}

// fresh builds all anew, in random order.
func (w world) fresh(b *court, server int) *court {
	f := b.again()
	for _, cov := range b.c.Coverage() {
		f.c.Cover(cov)
	}
	var changes []model.Change
	for _, gk := range b.c.Kinds() {
		for _, r := range b.c.Sorted(gk) {
			changes = append(changes, model.Put(r))
		}
	}
	w.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
	at := w.IntN(len(changes) + 1)
	for i, ch := range changes {
		if i == at {
			f.a.Server(fmt.Sprint("v1.", server, ".0"), f.c, f.access)
		}
		f.take(ch)
		if w.IntN(16) == 0 {
			f.flush()
		}
	}
	f.a.Server(fmt.Sprint("v1.", server, ".0"), f.c, f.access)
	f.flush()
	return f
}

// running lists accounts whose pods hold a token.
func (w world) running() []model.Subject {
	var list []model.Subject
	for _, ns := range []string{"kube-system", "ops", "shop"} {
		for _, name := range []string{"api", "default", "web"} {
			if w.IntN(3) == 0 {
				list = append(list, model.Subject{Kind: model.AccountSubject, Namespace: ns, Name: name})
			}
		}
	}
	return list
}

// TestIncrementalEqualsBatch drives random changes through one analyser and compares its findings, with their evidence, and
// who comes to hold the cluster with those of a new one.
func TestIncrementalEqualsBatch(t *testing.T) {
	seeds, steps := uint64(60), 300
	if os.Getenv("CANOPY_LONG") != "" {
		seeds, steps = 600, 1000
	}
	law, seen := newCourt(t), map[string]int{}
	for seed := range seeds {
		w := world{rand.New(rand.NewPCG(seed, 23))}
		b := law.again()
		if seed%4 != 0 {
			b.complete("v1.37.2")
		}
		var reach *Reach
		var running []model.Subject
		for step := range steps {
			w.step(b)
			if w.IntN(4) == 0 {
				continue // the next flush has more to do
			}
			climbed := b.climbed
			b.flush()
			if w.IntN(10) == 0 || reach == nil {
				running, climbed = w.running(), -1
			}
			if b.climbed != climbed {
				reach = b.a.Reach(running)
			}
			fresh := w.fresh(b, b.a.minor)
			if got, want := b.text(), fresh.text(); got != want {
				t.Fatalf("seed %d, step %d: batch and incremental differ:\n%s", seed, step, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
			}
			if want := fresh.a.Reach(running); !reach.Equal(want) {
				t.Fatalf("seed %d, step %d: who comes to hold the cluster:\n%s", seed, step, cmp.Diff(want.text(), reach.text()))
			}
			if b.a.Len() != len(b.out.findings) || b.a.size() != fresh.a.size() {
				t.Fatalf("seed %d, step %d: %d findings of %d, holds %s, fresh %s", seed, step, b.a.Len(), len(b.out.findings), b.a.size(), fresh.a.size())
			}
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
			for _, f := range b.out.findings {
				seen[f.Rule.ID+" "+f.Severity.String()]++
			}
		}
		for _, gk := range b.c.Kinds() {
			for _, r := range b.c.Sorted(gk) {
				b.take(model.Drop(r.Ref()))
			}
		}
		b.flush()
		if empty := law.again(); b.a.Len() != 0 || b.a.size() != empty.a.size() {
			t.Fatalf("seed %d: an empty cluster leaves %d findings, %s", seed, b.a.Len(), b.a.size())
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d kinds of findings came up: %v", len(seen), seen)
	}
}

// size says how much is held.
func (a *Analyser) size() string {
	steads := 0
	for _, who := range a.people {
		steads += len(*who)
	}
	return fmt.Sprint(len(a.roles), len(a.bindings), len(a.faults), len(a.people), steads, len(a.waiting), len(a.holders), len(a.power),
		len(a.ladder.sinks), len(a.ladder.homes), len(a.ladder.one), len(a.ladder.nodes))
}

func (r *Reach) text() []string {
	var list []string
	for s, one := range r.each {
		list = append(list, fmt.Sprintf("%s %d %v", s, one.left, one.step(s)))
	}
	slices.Sort(list)
	return list
}
