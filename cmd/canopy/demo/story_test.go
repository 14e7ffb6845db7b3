package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/secret/detect"
	"canopy/k8s/capture"
	"canopy/model"
	held "canopy/model/cluster"
)

// clock shows Start when the test begins.
type clock struct{ offset time.Duration }

func (c clock) Now() time.Time                         { return time.Now().Add(c.offset) }
func (c clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// theatre is the demo with an engine that watches.
type theatre struct {
	t      *testing.T
	clock  clock
	source *capture.Source
	engine *engine.Engine
	player *Player
	jungle *Jungle
	// fewer is how many pods a user has taken away.
	fewer int
}

func stageDemo(t *testing.T) *theatre {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	j, err := New(Start)
	if err != nil {
		t.Fatal(err)
	}
	h := &theatre{t: t, clock: clock{time.Until(Start)}, jungle: j}
	h.source = capture.FromObjectsWith(j.Objects(), model.SourceInfo{Type: "demo", Name: "jungle"}, detect.Default())
	h.engine = engine.New(engine.Options{Clock: h.clock, Rules: rules})
	h.player = NewPlayer(h.clock)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 3)
	go func() { done <- h.engine.Run(ctx) }()
	go func() { done <- h.source.Run(ctx, h.engine) }()
	go func() { done <- h.player.Run(ctx, h.source, j) }()
	t.Cleanup(func() {
		stop()
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

// scene is what is there at a moment.
type scene struct {
	report  *model.Report
	records map[string]model.Record
}

func (h *theatre) look() scene {
	h.t.Helper()
	synctest.Wait()
	report, err := h.engine.Settle(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	s := scene{report: report, records: map[string]model.Record{}}
	if err := h.engine.Read(h.t.Context(), func(c *held.Cluster) {
		for _, gk := range c.Kinds() {
			for r := range c.All(gk) {
				s.records[r.Ref().String()+gk.Group] = r
			}
		}
	}); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// changed names what is new, gone or different, sorted.
func (s scene) changed(since scene) []string {
	var list []string
	for ref, r := range s.records {
		if old := since.records[ref]; old == nil || !r.Same(old) || r.GetResourceVersion() != old.GetResourceVersion() {
			list = append(list, strings.TrimSuffix(ref, r.Ref().Group))
		}
	}
	for ref, r := range since.records {
		if s.records[ref] == nil {
			list = append(list, strings.TrimSuffix(ref, r.Ref().Group))
		}
	}
	slices.Sort(list)
	return list
}

// found names the findings that one scene has and another has not.
func (s scene) found(not scene) []string {
	var list []string
	for f := range s.report.Findings.All() {
		if not.report.Findings.Get(f.ID) == nil {
			list = append(list, f.ID)
		}
	}
	return list
}

// has finds an object of the source by kind, namespace and the beginning of its name.
func (h *theatre) has(kind, namespace, name string) bool {
	_, err := h.source.Get(h.t.Context(), model.KindByName(kind).Ref(namespace, name))
	if err != nil && !errors.Is(err, model.ErrNotFound) {
		h.t.Error(err)
	}
	return err == nil
}

func (h *theatre) field(kind, namespace, name string, path ...string) string {
	u, err := h.source.Get(h.t.Context(), model.KindByName(kind).Ref(namespace, name))
	if err != nil {
		h.t.Error(err)
		return ""
	}
	v, _, _ := unstructured.NestedFieldNoCopy(u.Object, path...)
	return fmt.Sprint(v)
}

// TestStory plays two loops before an engine. Each step changes what it is about, opens and closes the findings that it
// should, and leaves a cluster that holds together; each loop ends as it began.
func TestStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := stageDemo(t)
		first := h.look()
		script := Story()
		begun := time.Now()
		for loop := range 2 {
			before := first
			for i, step := range script.Steps {
				time.Sleep(time.Until(begun.Add(time.Duration(loop)*script.Length + step.At + 200*time.Millisecond)))
				now := h.look()
				h.checkStep(i, step, before, now)
				h.checkCluster(step, now)
				before = now
			}
			if t.Failed() {
				return
			}
			h.checkEnd(first, before)
		}
	})
}

// checkStep holds what one step is expected to do.
func (h *theatre) checkStep(i int, step Step, before, now scene) {
	h.t.Helper()
	changed, opened, closed := now.changed(before), now.found(before), before.found(now)
	want, holds := expected(i)
	for _, ref := range want {
		if !slices.ContainsFunc(changed, func(c string) bool { return strings.HasPrefix(c, ref) }) {
			h.t.Errorf("%s: %s did not change; changed: %q", step.What, ref, changed)
		}
	}
	if holds != nil && !holds(h) {
		h.t.Errorf("%s: what it tells is not so; changed: %q", step.What, changed)
	}
	const debugging = "//Pod/kube-system/debug-x-"
	all := func(list []string, ids ...string) {
		for _, id := range ids {
			if !slices.Contains(list, id) {
				h.t.Errorf("%s: no %s in %q", step.What, id, list)
			}
		}
	}
	// Who comes to hold the cluster is told of workloads that are far from what changed.
	const operator, web, argocd = "LP01/rbac.authorization.k8s.io/ClusterRoleBinding//operator-cluster-admin", "LP25/apps/Deployment/shop/web", "LP25/apps/Deployment/ops/argocd-server"
	const unscanned = "IM08/apps/Deployment/"
	const shopCI = "/rbac.authorization.k8s.io/RoleBinding/shop/ci"
	wantOpened, wantClosed := 0, 0
	switch step.What {
	case "somebody starts a debug pod in kube-system":
		wantOpened = len(opened)
		for _, rule := range []string{"PS01", "PS02", "PS06", "PS23", "PS28"} {
			if !slices.ContainsFunc(opened, func(id string) bool { return strings.HasPrefix(id, rule+debugging) }) {
				h.t.Errorf("%s: no %s, opened %q", step.What, rule, opened)
			}
		}
	case "RoleBinding shop/ci makes ci/runner an editor of shop":
		wantOpened = len(opened)
		all(opened, "LP06"+shopCI, "LP07"+shopCI, "LP08"+shopCI, "LP09"+shopCI, "LP13"+shopCI)
	case "RoleBinding shop/ci is deleted":
		wantClosed = len(closed)
		all(closed, "LP06"+shopCI, "LP07"+shopCI, "LP08"+shopCI, "LP09"+shopCI, "LP13"+shopCI)
	case "the operator is cluster-admin no more: it gets what it needs":
		wantClosed = 3
		all(closed, operator, web, argocd)
	case "the operator is cluster-admin again":
		wantOpened = 3
		all(opened, operator, web, argocd)
	case "NetworkPolicy payments/deny is deleted":
		wantOpened = 2
		all(opened, "NW01/apps/Deployment/payments/worker", "NW03//Namespace//payments")
		h.checkWorker(now, true)
	case "NetworkPolicy payments/deny is back":
		wantClosed = 2
		all(closed, "NW01/apps/Deployment/payments/worker", "NW03//Namespace//payments")
		h.checkWorker(now, false)
	case "the first new pod is ready, the first old one leaves":
		wantOpened = 1
		all(opened, unscanned+"shop/web")
	case "shop/web is rolled back":
		wantClosed = 1
		all(closed, unscanned+"shop/web")
	case "n6 is ready again, with the kernel of its pool":
		wantClosed = 1
		all(closed, "VP07//Node//n6")
	case "n6 waits for a reboot again":
		wantOpened = 1
		all(opened, "VP07//Node//n6")
	case "a scan report of grafana arrives":
		wantClosed = 1
		all(closed, unscanned+"monitoring/grafana")
	case "the scan report of grafana is gone":
		wantOpened = 1
		all(opened, unscanned+"monitoring/grafana")
	case "Secret legacy/intranet-db is rotated":
		wantClosed = 1
		all(closed, "SE08//Secret/legacy/intranet-db")
	case "Secret legacy/intranet-db is what it was":
		wantOpened = 1
		all(opened, "SE08//Secret/legacy/intranet-db")
	case "the debug pod runs":
		wantOpened = 1
		if len(opened) != 1 || !strings.HasPrefix(opened[0], "IM08"+debugging) {
			h.t.Errorf("%s: opened %q", step.What, opened)
		}
	case "the debug pod is gone":
		wantClosed = len(closed)
		if !slices.ContainsFunc(closed, func(id string) bool { return strings.HasPrefix(id, "PS01"+debugging) }) {
			h.t.Errorf("%s: closed %q", step.What, closed)
		}
	}
	if len(opened) != wantOpened || len(closed) != wantClosed {
		h.t.Errorf("%s: opened %q, closed %q", step.What, opened, closed)
	}
}

// checkWorker holds that the newest change let all pods with a way out talk to payments/worker, which that policy alone shuts
// off, or no longer.
func (h *theatre) checkWorker(now scene, open bool) {
	h.t.Helper()
	edit := now.report.Edits[0]
	if edit.Object.Name != "deny" || open != (edit.PairsOpened > 0) || open == (edit.PairsClosed > 0) {
		h.t.Errorf("payments/deny: %+v", edit)
	}
	reached := 0
	if err := h.engine.AskNetwork(h.t.Context(), func(c *held.Cluster, net *network.Analyser, _ *exposure.Analyser) {
		for e := range net.Entries(c, network.Question{To: network.End{Ref: model.KindByName("Deployment").Ref("payments", "worker")}}) {
			// What is on the network of worker's own node always reaches it.
			if e.Verdict == network.Allow && e.Src.Ref.Kind != "DaemonSet" {
				reached++
			}
		}
	}); err != nil || open != (reached > 0) {
		h.t.Errorf("%d workloads reach payments/worker, %v", reached, err)
	}
}

// expected tells what a step has to change, and what must hold after it.
func expected(step int) (changed []string, holds func(*theatre) bool) {
	image := func(tag string) func(*theatre) bool {
		return func(h *theatre) bool {
			return strings.Contains(h.field("Deployment", "shop", "web", "spec", "template", "spec", "containers"), "shop/web:"+tag)
		}
	}
	rolled := func(tag string) func(*theatre) bool {
		return func(h *theatre) bool {
			return image(tag)(h) && h.field("Deployment", "shop", "web", "status", "updatedReplicas") == "3" && h.webPods() == "shop/web:"+tag+" 3"
		}
	}
	there := func(kind, namespace, name string, want bool) func(*theatre) bool {
		return func(h *theatre) bool { return h.has(kind, namespace, name) == want }
	}
	ready := func(want string, pending bool) func(*theatre) bool {
		return func(h *theatre) bool {
			return strings.Contains(h.field("Node", "", "n6", "status", "conditions"), "status:"+want+" type:Ready") &&
				strings.Contains(h.field("Node", "", "n6", "metadata", "annotations"), "most-recent-reboot-needed") &&
				strings.Contains(h.field("Node", "", "n6", "metadata", "annotations"), "reboot-in-progress") == pending
		}
	}
	const grafana = "monitoring/VulnerabilityReport/replicaset-grafana-"
	rollout := []string{"shop/Deployment/web", "shop/ReplicaSet/web-", "shop/Pod/web-"}
	return [][]string{
			rollout, rollout, rollout, rollout, rollout,
			{"shop/RoleBinding/ci"}, {"payments/NetworkPolicy/deny"}, {"kube-system/Pod/debug-x-"}, {"kube-system/Pod/debug-x-"},
			{"Node/n6", "shop/Pod/", "shop/EndpointSlice/", "shop/PodDisruptionBudget/"}, {"Node/n6", "shop/Pod/", "shop/EndpointSlice/", "shop/PodDisruptionBudget/"},
			{"shop/RoleBinding/ci"}, {"payments/NetworkPolicy/deny"}, {"kube-system/Pod/debug-x-"}, {"kube-system/Pod/debug-x-"},
			{grafana}, {"ClusterRoleBinding/operator-cluster-admin", "ClusterRoleBinding/operator", "ClusterRole/operator"}, {"legacy/Secret/intranet-db"},
			rollout, rollout, rollout, rollout, rollout,
			{"ClusterRoleBinding/operator-cluster-admin", "ClusterRoleBinding/operator", "ClusterRole/operator"}, {grafana}, {"legacy/Secret/intranet-db"}, {"Node/n6"},
		}[step], map[int]func(*theatre) bool{
			0: image("1.5"), 4: rolled("1.5"), 5: there("RoleBinding", "shop", "ci", true), 6: there("NetworkPolicy", "payments", "deny", false),
			9: ready("Unknown", true), 10: ready("True", false), 11: there("RoleBinding", "shop", "ci", false), 12: there("NetworkPolicy", "payments", "deny", true),
			16: there("ClusterRoleBinding", "", "operator-cluster-admin", false), 18: image("1.4"), 22: rolled("1.4"),
			23: there("ClusterRoleBinding", "", "operator-cluster-admin", true), 26: ready("True", true),
		}[step]
}

// webPods counts the pods of shop/web by image.
func (h *theatre) webPods() string {
	h.player.mutex.Lock()
	defer h.player.mutex.Unlock()
	counts := map[string]int{}
	for _, p := range h.player.stage.pods {
		if p.Namespace == "shop" && p.Labels["app"] == "web" {
			repository, tag, _ := image(p.Spec.Containers[0].Image)
			counts[strings.TrimPrefix(repository, "registry.jungle.example/")+":"+tag]++
		}
	}
	var list []string
	for k, n := range counts {
		list = append(list, k+" "+strconv.Itoa(n))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// checkCluster holds what is true of every cluster, at any moment. Under the player's lock its objects can be read.
func (h *theatre) checkCluster(step Step, now scene) {
	h.t.Helper()
	h.player.mutex.Lock()
	defer h.player.mutex.Unlock()
	versions, addresses, pods := map[string]string{}, map[string]string{}, 0
	for _, r := range now.records {
		if v := r.GetResourceVersion(); versions[v] != "" {
			h.t.Errorf("%s: %s and %s have resourceVersion %s", step.What, r.Ref(), versions[v], v)
		} else {
			versions[v] = r.Ref().String()
		}
		if r.GetUID() == "" || r.GetCreationTimestamp().Unix() <= 0 || r.GetCreationTimestamp().After(h.clock.Now()) {
			h.t.Errorf("%s: %s has uid %q and was created %s", step.What, r.Ref(), r.GetUID(), r.GetCreationTimestamp())
		}
	}
	sets := map[string]*appsv1.ReplicaSet{}
	owned := map[string]int32{}
	for _, o := range now.objects(h) {
		switch o := o.(type) {
		case *appsv1.ReplicaSet:
			sets[string(o.UID)] = o
		case *corev1.Pod:
			pods++
			if old := addresses[o.Status.PodIP]; old != "" && !o.Spec.HostNetwork && live(o) {
				h.t.Errorf("%s: %s and %s have address %s", step.What, old, o.Name, o.Status.PodIP)
			}
			if live(o) && !o.Spec.HostNetwork {
				addresses[o.Status.PodIP] = o.Name
			}
			if o.Spec.NodeName == "" || o.Status.Phase == "" || len(o.ManagedFields) == 0 || len(o.Status.ContainerStatuses) != len(o.Spec.Containers) {
				h.t.Errorf("%s: pod %s has node %q, phase %q", step.What, o.Name, o.Spec.NodeName, o.Status.Phase)
			}
			if len(o.OwnerReferences) > 0 && o.OwnerReferences[0].Kind == "ReplicaSet" && o.DeletionTimestamp == nil {
				owned[string(o.OwnerReferences[0].UID)]++
			}
		case *rbacv1.ClusterRoleBinding, *rbacv1.RoleBinding:
			if len(o.GetManagedFields()) == 0 {
				h.t.Errorf("%s: nobody wrote %s", step.What, o.GetName())
			}
		}
		for _, m := range o.GetManagedFields() {
			if m.Time.After(h.clock.Now()) {
				h.t.Errorf("%s: %T %s was written %s", step.What, o, o.GetName(), m.Time)
			}
		}
	}
	for uid, n := range owned {
		if rs := sets[uid]; rs == nil || *rs.Spec.Replicas != n || rs.Status.Replicas != n {
			h.t.Errorf("%s: %d pods of ReplicaSet %v", step.What, n, rs)
		}
	}
	if pods += h.fewer; pods < 210 || pods > 211 && step.At > 30*time.Second && step.At < 190*time.Second {
		h.t.Errorf("%s: %d pods", step.What, pods)
	}
}

// objects lists what the player holds, which is what the engine has been told of.
func (s scene) objects(h *theatre) []object {
	h.t.Helper()
	all := slices.Collect(maps.Values(h.player.stage.all))
	if len(all) != len(s.records) {
		h.t.Errorf("the player holds %d objects, the engine %d", len(all), len(s.records))
	}
	for _, o := range all {
		if r := s.records[refOf(o).String()+refOf(o).Group]; r == nil || r.GetResourceVersion() != o.GetResourceVersion() {
			h.t.Errorf("%s: the engine has not what the player wrote", refOf(o))
		}
	}
	return all
}

// checkEnd holds that a loop ends as it began: the same findings, the same objects, and all as it was but for what a
// restart leaves behind.
func (h *theatre) checkEnd(first, last scene) {
	h.t.Helper()
	h.player.mutex.Lock()
	defer h.player.mutex.Unlock()
	if first.report.Digest != last.report.Digest {
		h.t.Errorf("the digest differs: opened %q, closed %q", last.found(first), first.found(last))
	}
	if a, b := slices.Sorted(maps.Keys(first.records)), slices.Sorted(maps.Keys(last.records)); !slices.Equal(a, b) {
		h.t.Errorf("the objects differ: %d before, %d after", len(a), len(b))
	}
	restarts := map[string]bool{}
	for _, p := range h.player.stage.pods {
		if p.Spec.NodeName == rebooted || p.Labels["app"] == "web" {
			restarts[refOf(p).String()] = true
		}
	}
	for ref, r := range last.records {
		if old := first.records[ref]; old != nil && !old.Same(r) && !restarts[r.Ref().String()] && r.Ref().Kind != "EndpointSlice" {
			h.t.Errorf("%s is not what it was", r.Ref())
		}
	}
}
