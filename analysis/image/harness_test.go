package image

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/catalogue"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// now is when tests happen, clock a clock that they set.
var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

type clock struct{ at time.Time }

func (c *clock) Now() time.Time                       { return c.at }
func (c *clock) After(time.Duration) <-chan time.Time { return nil }

// digest names a digest by a letter: "A" is sha256:aaa….
func digest(letter string) string { return "sha256:" + strings.Repeat(strings.ToLower(letter), 64) }

// spell writes the digests for <A> to <F>.
func spell(s string) string {
	for _, l := range []string{"A", "B", "C", "D", "E", "F"} {
		s = strings.ReplaceAll(s, "<"+l+">", digest(l))
	}
	return s
}

// court is an analyser with a cluster.
type court struct {
	t     testing.TB
	c     *cluster.Cluster
	a     *Analyser
	clock *clock
	found map[string]*model.Finding
	// net and ways are nil where nobody asks who reaches what.
	net  *network.Analyser
	ways *exposure.Analyser
}

func (b *court) Put(f *model.Finding) {
	if old := b.found[f.ID]; old != nil && old.Equal(f) {
		b.t.Errorf("%s says what it said before", f.ID)
	}
	b.found[f.ID] = f
}
func (b *court) Drop(id string) { delete(b.found, id) }

func newCourt(t testing.TB, o Options) *court {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &court{t: t, c: cluster.New(), clock: &clock{now}, found: map[string]*model.Finding{}}
	b.a = New(rules, b.clock, o)
	return b
}

func (b *court) take(change model.Change) {
	if d, ok := b.c.Apply(change); ok {
		b.update(d)
	}
}

func (b *court) update(d cluster.Delta) {
	if b.net != nil {
		b.net.Update(b.c, d)
		b.ways.Update(b.c, d)
	}
	b.a.Update(b.c, d)
}

// reached has the court know who reaches what.
func (b *court) reached() *court {
	b.net, b.ways = network.New(), exposure.New()
	b.net.Surroundings(network.Surroundings{Enforcement: network.Verified, Plugin: "Calico"})
	return b
}

func (b *court) put(objects ...runtime.Object) {
	b.t.Helper()
	for _, o := range objects {
		r, err := record.Make(o)
		if err != nil {
			b.t.Fatal(err)
		}
		b.take(model.Put(r))
	}
}

func (b *court) flush() {
	if b.net != nil {
		b.net.Flush(b.c)
		b.a.Reach(b.net, b.ways, b.ways.Flush(b.c))
	}
	b.a.Flush(b.c, b)
}

func (b *court) cover(kind string, state model.CoverState, namespace string) {
	gk := schema.ParseGroupKind(kind)
	if b.c.Cover(model.Coverage{Kind: gk, Namespace: namespace, State: state, Reason: "not allowed"}) {
		if b.net != nil {
			b.net.Covered(b.c, gk)
		}
		b.a.Covered(b.c, gk)
	}
}

// of gives a finding by rule and object; nil where there is none.
func (b *court) of(rule string, ref model.Ref) *model.Finding {
	return b.found[model.FindingID(rule, ref)]
}

// ids lists what was found of a rule.
func (b *court) ids(rule string) (list []string) {
	for _, f := range b.found {
		if f.Rule.ID == rule {
			list = append(list, f.Object.String())
		}
	}
	slices.Sort(list)
	return list
}

func ref(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }

func owned(namespace, name, api, kind, owner string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: namespace, Name: name}
	if owner != "" {
		yes := true
		m.OwnerReferences = []metav1.OwnerReference{{APIVersion: api, Kind: kind, Name: owner, Controller: &yes}}
	}
	return m
}

// specified has the spec of a pod written at a moment, as the API server notes it.
func specified(p *corev1.Pod, at time.Time) {
	p.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "m", Operation: metav1.ManagedFieldsOperationUpdate, Time: &metav1.Time{Time: at}, FieldsV1: metav1.NewFieldsV1(`{"f:spec":{}}`)}}
}

// pod makes a running pod of the ReplicaSet NAME-1, with one container app.
func pod(namespace, owner, name, node, image, imageID string) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: owned(namespace, name, "apps/v1", "ReplicaSet", owner+"-1"),
		Spec:       corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: "app", Image: spell(image)}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{
			{Name: "app", ImageID: spell(imageID), State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}},
		}},
	}
	p.CreationTimestamp = metav1.Time{Time: now.Add(-time.Hour)}
	specified(p, now.Add(-time.Hour))
	return p
}

// deployment makes a Deployment with its ReplicaSet NAME-1.
func deployment(namespace, name string) []runtime.Object {
	spec := corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "x"}}}}
	return []runtime.Object{
		&appsv1.Deployment{ObjectMeta: owned(namespace, name, "", "", ""), Spec: appsv1.DeploymentSpec{Template: spec}},
		&appsv1.ReplicaSet{ObjectMeta: owned(namespace, name+"-1", "apps/v1", "Deployment", name), Spec: appsv1.ReplicaSetSpec{Template: spec}},
	}
}

// node makes a node that lists images: names of one image are parted by blanks.
func node(name, architecture, runtimeVersion string, images ...string) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
	n.Status.NodeInfo.Architecture, n.Status.NodeInfo.ContainerRuntimeVersion = architecture, runtimeVersion
	for _, names := range images {
		n.Status.Images = append(n.Status.Images, corev1.ContainerImage{Names: strings.Fields(spell(names)), SizeBytes: 1000})
	}
	return n
}

// scanJob makes a job of trivy-operator.
func scanJob(name, kind, namespace, workload, container, condition string, ago time.Duration) *batchv1.Job {
	labels := map[string]string{"trivy-operator.resource.kind": kind, "trivy-operator.resource.namespace": namespace, "trivy-operator.resource.name": workload}
	if container != "" {
		labels["trivy-operator.container.name"] = container
	}
	j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "trivy-system", Name: name, Labels: labels, CreationTimestamp: metav1.Time{Time: now.Add(-ago)}}}
	if condition != "" {
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobConditionType(condition), Status: corev1.ConditionTrue}}
	}
	return j
}

// scanKindOf is the kind by source.
func scanKindOf(source string) *model.Kind {
	name := schema.GroupKind{Group: model.GroupTrivy, Kind: "VulnerabilityReport"}
	switch source {
	case record.SourceKubescape:
		name = schema.GroupKind{Group: model.GroupKubescape, Kind: "VulnerabilityManifest"}
	case record.SourcePolicyReport:
		name = schema.GroupKind{Group: model.GroupPolicyReport, Kind: "PolicyReport"}
	case record.SourceTrivy, record.SourceGrype, record.SourceSARIF, record.SourceCycloneDX:
		return model.OwnKind("ImageScan")
	}
	return model.OptionalKind(name)
}

// report reads a scan from words: its source, then of=A:index (what it names; more than one may be), ref=nginx:1.29, under=KIND/NAME or
// none (else the ReplicaSet shop/web-1), container=NAME or none (else app), age=1h or "?" (else 1h), made=2h (its creation),
// ns=data (where it stands, else shop), on=linux/amd64, vex=2 (critical ones that statements took out), expires=-1h, failed=WHY, filtered=WHY, partial=WHY, built=200 (days ago), counts=1/2/3/4 or none (else 1/1/1/1).
func report(t testing.TB, name, words string) *record.Scan {
	t.Helper()
	fields := strings.Fields(words)
	source := map[string]string{"trivy": record.SourceTrivyOperator, "file": record.SourceTrivy}[fields[0]]
	if source == "" {
		source = fields[0]
	}
	kind := scanKindOf(source)
	s := &record.Scan{Meta: record.Meta{Kind: kind, Name: name}, Source: source, Scanned: now.Add(-time.Hour).Unix(), Counts: &record.Counts{Critical: 1, High: 1, Medium: 1, Low: 1}}
	if kind.Namespaced {
		s.Namespace = "shop"
	}
	if kind.Kind != "ImageScan" {
		s.Workload, s.Container = ref("ReplicaSet", "shop", "web-1"), "app"
	}
	since := func(v string) time.Duration {
		d, err := time.ParseDuration(v)
		if err != nil {
			t.Fatalf("%s: %v", words, err)
		}
		return d
	}
	for _, f := range fields[1:] {
		key, v, _ := strings.Cut(f, "=")
		switch key {
		case "of":
			letter, kind, _ := strings.Cut(v, ":")
			of := map[string]record.DigestOf{"index": record.OfIndex, "manifest": record.OfManifest, "config": record.OfConfig}[kind]
			s.Digests = append(s.Digests, record.ScanDigest{Digest: digest(letter), Of: of})
		case "ref":
			s.Image = spell(v)
		case "under":
			s.Workload = model.Ref{}
			if k, n, ok := strings.Cut(v, "/"); ok {
				s.Workload = ref(k, "shop", n)
			}
		case "container":
			if s.Container = v; v == "none" {
				s.Container = ""
			}
		case "age":
			if s.Scanned = 0; v != "?" {
				s.Scanned = now.Add(-since(v)).Unix()
			}
		case "made":
			s.Created = now.Add(-since(v)).Unix()
		case "ns":
			if kind.Namespaced {
				s.Namespace = v
			}
		case "expires":
			s.Expires = now.Add(since(v)).Unix()
		case "on":
			s.Platform = v
		case "vex":
			s.Excluded, s.ExcludedBy = &record.Counts{}, "vex.json (the vendor)"
			fmt.Sscan(v, &s.Excluded.Critical)
		case "filtered":
			s.Filtered, s.Partial = true, strings.ReplaceAll(v, "_", " ")
		case "partial":
			s.Partial = strings.ReplaceAll(v, "_", " ")
		case "failed":
			s.Failed, s.Counts = strings.ReplaceAll(v, "_", " "), nil
		case "built":
			var days int64
			fmt.Sscan(v, &days)
			s.Built = now.Unix() - days*24*3600
		case "counts":
			s.Counts = nil
			if v != "none" {
				s.Counts = &record.Counts{}
				fmt.Sscanf(v, "%d/%d/%d/%d", &s.Counts.Critical, &s.Counts.High, &s.Counts.Medium, &s.Counts.Low)
			}
		default:
			t.Fatalf("%s: what is %s?", words, f)
		}
	}
	return s
}
