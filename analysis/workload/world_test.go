package workload

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/pod-security-admission/api"

	"canopy/analysis/catalogue"
	"canopy/analysis/image/reference"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// ledger takes findings as the engine does, and holds what analysers promise: what is put differs from what was there, and
// what is dropped was there.
type ledger struct {
	t        testing.TB
	findings map[string]*model.Finding
	puts     int
	// quiet leaves the looks out, for benchmarks.
	quiet bool
}

func (l *ledger) Put(f *model.Finding) {
	l.puts++
	if l.quiet {
		l.findings[f.ID] = f
		return
	}
	if f.ID != model.FindingID(f.Rule.ID, f.Object) {
		l.t.Errorf("%s is on %s", f.ID, f.Object)
	}
	if old := l.findings[f.ID]; old != nil && old.Equal(f) && old.Object == f.Object {
		l.t.Errorf("%s was put without a change", f.ID)
	}
	l.findings[f.ID] = f
}

func (l *ledger) Drop(id string) {
	if l.findings[id] == nil {
		l.t.Errorf("%s was dropped but not there", id)
	}
	delete(l.findings, id)
}

// bench is a cluster with the analysers on it.
type bench struct {
	t      testing.TB
	c      *cluster.Cluster
	access *rbac.Analyser
	a      *Analyser
	out    *ledger
	// rights judges RBAC before workloads, in a bench that reaches; nil in others. Its own findings are nobody's business here.
	rights *privilege.Analyser
	edges  []*model.Edge
	set    catalogue.Set
	reach  *privilege.Reach
	runs   uint64
}

// now is the moment at which tests begin.
var now = time.Unix(1_800_000_000, 0)

func newBench(t testing.TB, clock model.Clock) *bench {
	set, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return benchOf(t, clock, set)
}

func benchOf(t testing.TB, clock model.Clock, set catalogue.Set) *bench {
	allow, err := reference.ParseAllow([]string{"registry.example", "docker.io/library", "k8s.gcr.io"})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, c: cluster.New(), access: rbac.New(), a: New(set, clock, allow), set: set, out: &ledger{t: t, findings: map[string]*model.Finding{}}}
}

// reaching has the bench work out who comes to hold the cluster.
func (b *bench) reaching() *bench {
	edges, err := catalogue.Edges()
	if err != nil {
		b.t.Fatal(err)
	}
	return b.reachingBy(edges)
}

func (b *bench) reachingBy(edges []*model.Edge) *bench {
	b.edges, b.rights = edges, privilege.New(b.set, edges)
	return b
}

// nobody takes findings that are not looked at.
type nobody struct{}

func (nobody) Put(*model.Finding) {}
func (nobody) Drop(string)        {}

// settle does what the engine does once changes were applied.
func (b *bench) settle() {
	if b.rights == nil {
		return
	}
	changed := b.rights.Flush(b.c, b.access, nobody{})
	if running, runs := b.a.Running(); changed || runs != b.runs {
		b.reach, b.runs = b.rights.Reach(running), runs
	}
	b.a.Reached(b.reach, b.out)
}

// complete covers every kind.
func (b *bench) complete() *bench {
	for _, k := range model.Kinds() {
		b.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return b
}

func (b *bench) cover(cov model.Coverage) {
	if b.c.Cover(cov) {
		if b.rights != nil {
			b.rights.Covered(cov.Kind, b.access)
		}
		b.a.Covered(b.c, cov.Kind, b.access, b.out)
		b.settle()
	}
}

func (b *bench) apply(ch model.Change) {
	d, ok := b.c.Apply(ch)
	if !ok {
		return
	}
	changed := b.access.Update(b.c, d)
	if b.rights != nil {
		b.rights.Update(d, b.access, &changed)
	}
	b.a.Update(b.c, d, b.access, changed, b.out)
	b.settle()
}

func (b *bench) put(objects ...runtime.Object) *bench {
	b.t.Helper()
	for _, o := range objects {
		r, err := record.Maker{Inspector: inspector{}}.Make(o.DeepCopyObject())
		if err != nil {
			b.t.Fatal(err)
		}
		b.apply(model.Put(r))
	}
	return b
}

// inspector takes whatever begins with "cred-" for a credential.
type inspector struct{}

func (inspector) Inspect(path, name, value string) []model.Exposure {
	if !strings.HasPrefix(value, "cred-") {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte(value))
	return []model.Exposure{{Rule: "test", What: "test key", Path: path, Name: name, Length: len(value), Entropy: 30, Sure: len(value) > 6, Print: h.Sum64()}}
}

// text writes all findings with their evidence.
func (b *bench) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b.out.findings)) {
		f := b.out.findings[id]
		fmt.Fprintf(&s, "%s %s %s pods=%d since=%d %s %q\n", id, f.Object.Version, f.Severity, f.Pods, f.Since, f.Verdict, f.Reason)
		for _, e := range f.Proof.Evidence() {
			fmt.Fprintf(&s, "  %s %s = %q %x\n", e.Object, e.Path, e.Value, e.Print)
		}
	}
	return s.String()
}

// movable is a clock that tests turn.
type movable struct{ at time.Time }

func (m *movable) Now() time.Time                       { return m.at }
func (m *movable) After(time.Duration) <-chan time.Time { return nil }

// world makes random objects of a small cluster, so that they meet often.
type world struct {
	dice
	templates []*corev1.PodTemplateSpec
	made      []runtime.Object
}

func newWorld(seed uint64) *world {
	w := &world{dice: dice{rand.New(rand.NewPCG(seed, 7))}}
	for range 6 {
		t := randomTemplate(w.Rand)
		t.Spec.EphemeralContainers = nil
		w.templates = append(w.templates, t)
	}
	return w
}

func (w *world) meta(name string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Name: name, UID: types.UID(pick(w.dice, "", "u1", "u1", "u2")), Namespace: pick(w.dice, "shop", "shop", "default", "kube-system"), CreationTimestamp: metav1.Unix(now.Unix()-int64(w.IntN(5)), 0)}
	if w.one(3) {
		m.Labels = map[string]string{"tier": pick(w.dice, "control-plane", "web", "web")}
	}
	if w.one(4) {
		m.Annotations = w.notes()
	}
	return m
}

// notes are annotations in which a credential may stand.
func (w *world) notes() map[string]string {
	return map[string]string{"note": pick(w.dice, "cred-a", "cred-b", "cred-longer", "nothing"), pick(w.dice, "more", "other"): pick(w.dice, "cred-a", "y")}
}

func (w *world) owned(m metav1.ObjectMeta, owners ...metav1.OwnerReference) metav1.ObjectMeta {
	o := pick(w.dice, owners...)
	if w.one(6) {
		o = w.claim(m.Name)
	}
	if o.Name != "" {
		o.Controller = new(true)
		o.UID = types.UID(pick(w.dice, "", "u1", "u1", "u2"))
		m.OwnerReferences = []metav1.OwnerReference{o}
	}
	return m
}

// claim gives a controller as only an attacker or an accident would write it: of any kind, the object itself, or one that
// in turn claims it.
func (w *world) claim(self string) metav1.OwnerReference {
	kinds := [][2]string{{"v1", "ConfigMap"}, {"v1", "Pod"}, {"v1", "Namespace"}, {"v1", "PodTemplate"}, {"apps/v1", "Deployment"}, {"apps/v1", "ReplicaSet"},
		{"apps/v1beta2", "ReplicaSet"}, {"extensions/v1beta1", "ReplicaSet"}, {"apps/v1", "StatefulSet"}, {"batch/v1", "Job"}, {"batch/v1", "CronJob"}, {"x.io/v1", "App"}, {"x.io/v2", "App"}, {"a/b/c", "ReplicaSet"}, {"", ""}}
	k := kinds[w.IntN(len(kinds))]
	return owner(k[0], k[1], pick(w.dice, self, self, w.name("d"), w.name("r"), w.name("j"), w.name("c"), "p0"))
}

func owner(apiVersion, kind, name string) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: apiVersion, Kind: kind, Name: name}
}

func (w *world) template() corev1.PodTemplateSpec { return *pick(w.dice, w.templates...).DeepCopy() }

func (w *world) name(prefix string) string { return fmt.Sprintf("%s%d", prefix, w.IntN(3)) }

// object makes one, or changes little of one that was made before.
func (w *world) object() runtime.Object {
	if len(w.made) > 0 && w.one(3) {
		o := w.made[w.IntN(len(w.made))]
		w.tweak(o)
		return o
	}
	o := w.newObject()
	w.made = append(w.made, o)
	if len(w.made) > 60 {
		w.made = w.made[1:]
	}
	return o
}

func (w *world) tweak(o runtime.Object) {
	m := o.(metav1.Object)
	switch w.IntN(8) {
	case 4:
		m.SetAnnotations(w.notes())
	case 5:
		m.SetAnnotations(nil)
	case 2:
		m.SetUID(types.UID(pick(w.dice, "", "u1", "u2")))
	case 3:
		switch o.(type) {
		case *corev1.Pod, *appsv1.Deployment, *appsv1.ReplicaSet, *batchv1.Job, *batchv1.CronJob:
			c := w.claim(m.GetName())
			c.Controller, c.UID = new(true), types.UID(pick(w.dice, "", "u1", "u2"))
			m.SetOwnerReferences([]metav1.OwnerReference{c})
		}
	case 0:
		m.SetLabels(map[string]string{"tier": pick(w.dice, "control-plane", "web", "db")})
	case 1:
		m.SetCreationTimestamp(metav1.Unix(now.Unix()-int64(w.IntN(9)), 0))
	}
	p, ok := o.(*corev1.Pod)
	if !ok {
		return
	}
	switch w.IntN(4) {
	case 0:
		p.Status.Phase = pick(w.dice, corev1.PodRunning, corev1.PodSucceeded)
	case 1:
		w.debug(p)
	case 2:
		for i := range p.Status.EphemeralContainerStatuses {
			p.Status.EphemeralContainerStatuses[i].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}
		}
	}
}

func (w *world) newObject() runtime.Object {
	none := metav1.OwnerReference{}
	switch w.IntN(20) {
	case 16, 17:
		return w.service()
	case 18:
		return w.ingress()
	case 0:
		return &appsv1.Deployment{ObjectMeta: w.owned(w.meta(w.name("d")), none, none, owner("x.io/v1", "App", "a0")), Spec: appsv1.DeploymentSpec{Template: w.template()}}
	case 1:
		rs := &appsv1.ReplicaSet{ObjectMeta: w.owned(w.meta(w.name("r")), none, owner("apps/v1", "Deployment", w.name("d")), owner("apps/v1", "ReplicaSet", w.name("r")), owner("argoproj.io/v1alpha1", "Rollout", "o0")),
			Spec: appsv1.ReplicaSetSpec{Template: w.template()}}
		if w.one(3) {
			rs.Spec.Replicas = new(int32(0))
		}
		return rs
	case 2:
		return &batchv1.Job{ObjectMeta: w.owned(w.meta(w.name("j")), none, owner("batch/v1", "CronJob", w.name("c"))), Spec: batchv1.JobSpec{Template: w.template()}}
	case 3:
		return &batchv1.CronJob{ObjectMeta: w.owned(w.meta(w.name("c")), none), Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: w.template()}}}}
	case 4:
		return &corev1.ServiceAccount{ObjectMeta: w.meta(pick(w.dice, "default", "web")), AutomountServiceAccountToken: w.flag()}
	case 5:
		m := w.meta("")
		m.Name, m.Namespace = m.Namespace, ""
		m.Labels = map[string]string{}
		if !w.one(3) {
			m.Labels[api.EnforceLevelLabel] = pick(w.dice, "baseline", "privileged", "strict")
			m.Labels[api.EnforceVersionLabel] = pick(w.dice, "latest", "v1.30", "v1.99", "1.30")
		}
		return &corev1.Namespace{ObjectMeta: m}
	case 6:
		return &rbacv1.Role{ObjectMeta: w.meta(pick(w.dice, "reader", "empty")), Rules: w.rules()}
	case 7:
		r := &rbacv1.ClusterRole{ObjectMeta: w.meta(pick(w.dice, "reader", "sum", "sums")), Rules: w.rules()}
		r.Namespace = ""
		if strings.HasPrefix(r.Name, "sum") {
			r.Rules, r.AggregationRule = nil, &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"tier": "web"}}}}
		}
		return r
	case 8:
		return &rbacv1.RoleBinding{ObjectMeta: w.meta(w.name("b")), Subjects: w.subjects(), RoleRef: w.roleRef(true)}
	case 9:
		b := &rbacv1.ClusterRoleBinding{ObjectMeta: w.meta(w.name("b")), Subjects: w.subjects(), RoleRef: w.roleRef(false)}
		b.Namespace = ""
		return b
	}
	return w.pod()
}

func (w *world) rules() []rbacv1.PolicyRule {
	return pick(w.dice, nil, []rbacv1.PolicyRule{{Verbs: []string{"get"}, NonResourceURLs: []string{"/healthz"}}},
		[]rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}},
		[]rbacv1.PolicyRule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}},
		[]rbacv1.PolicyRule{{Verbs: []string{"create"}, APIGroups: []string{""}, Resources: []string{pick(w.dice, "pods", "pods/exec", "serviceaccounts/token")}}},
		[]rbacv1.PolicyRule{{Verbs: []string{"post"}, NonResourceURLs: []string{"/x"}}})
}

func (w *world) roleRef(namespaced bool) rbacv1.RoleRef {
	if namespaced && w.one(2) {
		return rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "Role", Name: pick(w.dice, "reader", "empty", "lost")}
	}
	return rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: pick(w.dice, "reader", "sum", "sums", "lost")}
}

func (w *world) subjects() []rbacv1.Subject {
	var list []rbacv1.Subject
	for range w.IntN(3) {
		list = append(list, pick(w.dice,
			rbacv1.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: pick(w.dice, "default", "web")},
			rbacv1.Subject{Kind: "User", APIGroup: model.GroupRBAC, Name: "system:serviceaccount:shop:web"},
			rbacv1.Subject{Kind: "Group", APIGroup: model.GroupRBAC, Name: pick(w.dice, "system:serviceaccounts:shop", "system:serviceaccounts", "system:authenticated", "dev")}))
	}
	return list
}

func (w *world) service() *corev1.Service {
	s := &corev1.Service{ObjectMeta: w.meta(w.name("s"))}
	s.Spec.Type = pick(w.dice, corev1.ServiceTypeClusterIP, corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeExternalName)
	if w.one(4) {
		s.Spec.ExternalIPs = []string{"192.0.2.1"}
	}
	if !w.one(5) {
		s.Spec.Selector = map[string]string{"tier": pick(w.dice, "web", "web", "control-plane", "db")}
	}
	return s
}

func (w *world) ingress() *networkingv1.Ingress {
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: w.name("s")}}
	i := &networkingv1.Ingress{ObjectMeta: w.meta(w.name("i"))}
	if w.one(2) {
		i.Spec.DefaultBackend = &backend
	} else {
		i.Spec.Rules = []networkingv1.IngressRule{{}, {IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Backend: backend}}}}}}
	}
	return i
}

func (w *world) pod() *corev1.Pod {
	none := metav1.OwnerReference{}
	t := w.template()
	p := &corev1.Pod{ObjectMeta: w.owned(w.meta(fmt.Sprintf("p%d", w.IntN(12))), none, owner("apps/v1", "ReplicaSet", w.name("r")), owner("apps/v1", "ReplicaSet", w.name("r")),
		owner("apps/v1", "Deployment", w.name("d")), owner("batch/v1", "Job", w.name("j")), owner("x.io/v1", "App", "a0"), owner("x.io/v2", "App", "a0"), owner("v1", "Node", "n0"), owner("v1", "Pod", "p0")), Spec: t.Spec}
	if len(t.Annotations) > 0 {
		p.Annotations = t.Annotations
	}
	if w.one(2) {
		p.Labels = map[string]string{"tier": "web"}
	}
	if w.one(8) {
		p.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
	}
	if w.one(3) {
		p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "kube-api-access-" + p.Name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
			Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}}}}})
	}
	if w.one(4) {
		side := corev1.Container{Name: "injected", Image: w.image(), SecurityContext: &corev1.SecurityContext{Privileged: new(true)}}
		p.Spec.Containers = append([]corev1.Container{side}, p.Spec.Containers...)
	}
	p.Status.Phase = pick(w.dice, corev1.PodRunning, corev1.PodRunning, corev1.PodPending, corev1.PodSucceeded, corev1.PodFailed)
	if w.one(4) {
		w.debug(p)
	}
	return p
}

// debug attaches ephemeral containers.
func (w *world) debug(p *corev1.Pod) {
	p.Spec.EphemeralContainers, p.Status.EphemeralContainerStatuses = nil, nil
	for i := range 1 + w.IntN(2) {
		c := w.container(fmt.Sprintf("debug%d", i))
		c.Ports, c.LivenessProbe, c.ReadinessProbe, c.StartupProbe, c.Lifecycle = nil, nil, nil, nil, nil
		p.Spec.EphemeralContainers = append(p.Spec.EphemeralContainers, corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(c)})
		s := corev1.ContainerStatus{Name: c.Name}
		if !w.one(4) {
			s.State.Running = &corev1.ContainerStateRunning{}
			if !w.one(4) {
				s.State.Running.StartedAt = metav1.Unix(now.Unix()-int64(w.IntN(7200)), 0)
			}
		}
		p.Status.EphemeralContainerStatuses = append(p.Status.EphemeralContainerStatuses, s)
	}
}
