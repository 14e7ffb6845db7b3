package upgrade

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/catalogue"
	"canopy/analysis/deprecation"
	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/cmd/canopy/demo"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

type sink map[string]*model.Finding

func (s sink) Put(f *model.Finding) { s[f.ID] = f }
func (s sink) Drop(id string)       { delete(s, id) }

// inputOf reads objects as the engine does. Kinds that are named were not seen.
func inputOf(t testing.TB, now time.Time, server string, objects []runtime.Object, unseen ...string) *Input {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	clock, tables := model.FixedClock(now), lifecycle.Default()
	in := &Input{
		Cluster: cluster.New(), Nodes: node.New(rules, clock, node.Options{Tables: tables}), Budgets: disruption.New(rules, clock),
		Deprecated: deprecation.New(rules, clock, tables), Tables: tables, Now: now,
	}
	for _, k := range model.Kinds() {
		state := model.Complete
		if slices.Contains(unseen, k.Kind) {
			state = model.Denied
		}
		in.Cluster.Cover(model.Coverage{Kind: k.GroupKind(), State: state})
		in.Nodes.Covered(in.Cluster, k.GroupKind())
		in.Budgets.Covered(in.Cluster, k.GroupKind())
		in.Deprecated.Covered(in.Cluster, k.GroupKind())
	}
	in.Nodes.Server(model.SourceInfo{Server: server})
	in.Deprecated.Server(model.SourceInfo{Server: server})
	for _, o := range objects {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			continue // Kinds that nobody reads.
		}
		if d, ok := in.Cluster.Apply(model.Put(r)); ok {
			in.Nodes.Update(in.Cluster, d)
			in.Budgets.Update(in.Cluster, d)
			in.Deprecated.Update(in.Cluster, d)
		}
	}
	out := sink{}
	in.Nodes.Flush(in.Cluster, out)
	in.Budgets.Flush(in.Cluster, out)
	in.Deprecated.Flush(in.Cluster, out)
	return in
}

// aNode makes a node that is well but for its kubelet.
func aNode(name, kubelet string, labels ...string) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{}}}
	for _, l := range labels {
		k, v, _ := strings.Cut(l, "=")
		n.Labels[k] = v
	}
	n.Status.NodeInfo = corev1.NodeSystemInfo{KubeletVersion: kubelet, OSImage: "Ubuntu 24.04.1 LTS", KernelVersion: "6.8.0-71-generic", ContainerRuntimeVersion: "containerd://2.3.4", OperatingSystem: "linux"}
	n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}
	return n
}

// static makes the mirror of a static pod of the control plane.
func static(component, on, version string) *corev1.Pod {
	yes := true
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "kube-system", Name: component + "-" + on, Labels: map[string]string{"component": component, "tier": "control-plane"},
			Annotations: map[string]string{corev1.MirrorPodAnnotationKey: "x"}, OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: on, Controller: &yes}},
		},
		Spec:   corev1.PodSpec{NodeName: on, Containers: []corev1.Container{{Name: component, Image: "registry.k8s.io/" + component + ":" + version, Command: []string{component}}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

// TestGather holds how clusters of several makers are read.
func TestGather(t *testing.T) {
	now := time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)
	control := "node-role.kubernetes.io/control-plane="
	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "kubeadm-config"}}
	proxy := static("kube-proxy", "n1", "v1.36.2")
	proxy.Annotations, proxy.OwnerReferences[0] = nil, metav1.OwnerReference{APIVersion: "apps/v1", Kind: "DaemonSet", Name: "kube-proxy", Controller: proxy.OwnerReferences[0].Controller}
	for _, s := range []struct {
		name    string
		server  string
		objects []runtime.Object
		want    string
		command string
	}{
		{"kubeadm with two API servers", "v1.36.2", []runtime.Object{
			aNode("cp1", "v1.36.2", control), aNode("cp2", "v1.36.2", control), aNode("n1", "v1.36.2"), config, proxy,
			static("kube-apiserver", "cp1", "v1.36.2"), static("kube-apiserver", "cp2", "v1.36.3"), static("kube-scheduler", "cp1", "v1.36.2"),
		}, `1 control-plane Node/cp1 1.36.2 -> 1.36.6
2 control-plane Node/cp2 1.36.3 -> 1.36.6 after 1
3 proxy kube-system/DaemonSet/kube-proxy 1.36.2 -> 1.36.6 after 2
4 node Node/cp1 1.36.2 -> 1.36.6 after 2
5 node Node/cp2 1.36.2 -> 1.36.6 after 2
6 node Node/n1 1.36.2 -> 1.36.6 after 2
`, "sudo kubeadm upgrade apply v1.36.6"},
		{"a plain cluster", "v1.36.2", []runtime.Object{aNode("n1", "v1.36.2")}, "1 control-plane Cluster/cluster 1.36.2 -> 1.36.6\n2 node Node/n1 1.36.2 -> 1.36.6 after 1\n", "# how the control plane was installed is not known: bring kube-apiserver to v1.36.6 in that way"},
		{"EKS", "v1.36.2-eks-1a2b3c4", []runtime.Object{aNode("n1", "v1.35.2-eks-1a2b3c4", "eks.amazonaws.com/nodegroup=workers")}, "1 node Node/n1 1.35.2 -> 1.36\n", "aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name workers --kubernetes-version 1.36"},
		{"GKE", "v1.36.6-gke.100", []runtime.Object{aNode("n1", "v1.36.2-gke.1", "cloud.google.com/gke-nodepool=big"), static("kube-proxy", "n1", "v1.35.2-gke.1")}, "1 node Node/n1 1.36.2 -> 1.36.6\n", "gcloud container clusters upgrade CLUSTER --location=LOCATION --node-pool=big --cluster-version=1.36"},
		{"AKS", "v1.35.2", []runtime.Object{aNode("n1", "v1.36.6", "kubernetes.azure.com/agentpool=big")}, "1 control-plane Cluster/cluster 1.35.2 -> 1.36\n", "az aks upgrade --resource-group GROUP --name CLUSTER --control-plane-only --kubernetes-version 1.36"},
		{"k3s", "v1.36.2+k3s1", []runtime.Object{aNode("s1", "v1.36.2+k3s1", control), aNode("s2", "v1.36.6+k3s1", control), aNode("n1", "v1.36.2+k3s1")}, "1 control-plane Node/s1 1.36.2 -> 1.36.6\n2 node Node/n1 1.36.2 -> 1.36.6 after 1\n", "curl -sfL https://get.k3s.io | sudo INSTALL_K3S_VERSION='v1.36.6+k3s1' sh -s - server"},
		{"RKE2", "v1.36.2+rke2r1", []runtime.Object{aNode("s1", "v1.36.2+rke2r1", control), static("kube-apiserver", "s1", "v1.36.2-rke2r1-build20260101"), static("kube-proxy", "s1", "v1.36.2-rke2r1-build20260101")}, "1 control-plane Node/s1 1.36.2 -> 1.36.6\n", "curl -sfL https://get.rke2.io | sudo INSTALL_RKE2_VERSION='v1.36.6+rke2r1' INSTALL_RKE2_TYPE=server sh -"},
		{"OpenShift", "v1.32.2", []runtime.Object{aNode("n2", "v1.33.1", "node.openshift.io/os_id=rhcos"), aNode("n1", "v1.32.2", "node.openshift.io/os_id=rhcos", "node-role.kubernetes.io/worker=")}, "1 control-plane Cluster/cluster 1.32.2 -> 1.33\n2 node Node/n1 1.32.2 -> 1.33 after 1\n", "oc adm upgrade channel stable-4.20"},
	} {
		t.Run(s.name, func(t *testing.T) {
			p := Make(inputOf(t, now, s.server, s.objects))
			if got := told(p); got != s.want {
				t.Errorf("got\n%s\nwant\n%s", got, s.want)
			}
			if len(p.Steps) == 0 || !slices.Contains(p.Steps[0].Commands, s.command) {
				t.Errorf("commands %+v", p.Steps)
			}
			if p.Source == "" || p.Date == "" {
				t.Errorf("from %q of %q", p.Source, p.Date)
			}
		})
	}
}

// TestUnknown holds that a plan says what it could not tell, and calls no drain safe that it does not know to be.
func TestUnknown(t *testing.T) {
	now := time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)
	yes := true
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1", OwnerReferences: []metav1.OwnerReference{{APIVersion: "a.io/v1", Kind: "App", Name: "web", Controller: &yes}}},
		Spec: corev1.PodSpec{NodeName: "n1"}, Status: corev1.PodStatus{Phase: corev1.PodRunning}}
	other := pod.DeepCopy()
	other.Name, other.Spec.NodeName = "web-2", "n2"
	objects := []runtime.Object{aNode("n1", "v1.36.2"), aNode("n2", "what"), pod, other}
	p := Make(inputOf(t, now, "v1.36.6", objects))
	want := []string{"other API servers than the one that answered, and the controller managers and schedulers: none is seen as a pod", "the version of Node/n2", "which API versions 1.37 removes: pluto of 2026-04-27 tells up to 1.36"}
	if !slices.Equal(p.Unknown, want) || len(p.Steps) != 1 || !p.Steps[0].Safe {
		t.Errorf("unknown %q, steps %+v", p.Unknown, p.Steps)
	}
	for _, kind := range []string{"PodDisruptionBudget", "Pod"} {
		p = Make(inputOf(t, now, "v1.36.6", objects, kind))
		if len(p.Unknown) != 4 || len(p.Steps) != 1 || p.Steps[0].Safe || p.Steps[0].Obstacles[0].Cause != disruption.Unseen {
			t.Errorf("%s: unknown %q, steps %+v", kind, p.Unknown, p.Steps)
		}
	}
	p = Make(inputOf(t, now, "", objects))
	if len(p.Steps) != 0 || p.Target != "" || p.Next != "" || !slices.Contains(p.Unknown, "the version of the control plane, and so what to upgrade to") {
		t.Errorf("%+v", p)
	}
	text, err := json.Marshal(p)
	if err != nil || !strings.Contains(string(text), `"steps":[],"blockers":[],"unknown":[`) {
		t.Errorf("%s %v", text, err)
	}
}

// TestManifests holds that no drain is safe where manifests alone are seen.
func TestManifests(t *testing.T) {
	now := time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)
	two := int32(2)
	web := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: appsv1.DeploymentSpec{Replicas: &two, Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "i"}}}}}}
	p := Make(inputOf(t, now, "v1.36.6", []runtime.Object{aNode("n1", "v1.36.2"), aNode("n2", "v1.36.2"), web}))
	for _, step := range p.Steps {
		if len(step.Obstacles) != 1 || step.Safe || step.Obstacles[0].Blocks || step.Obstacles[0].Says != "which pods will run here is not known: 1 workload has no pod yet" {
			t.Errorf("%+v", step)
		}
	}
	if len(p.Steps) != 2 || !slices.ContainsFunc(p.Unknown, func(u string) bool { return strings.HasPrefix(u, "which pods a drain moves") }) {
		t.Errorf("%d steps, unknown %q", len(p.Steps), p.Unknown)
	}
}

// TestDemo holds what the plan of the demo comes to, and that it is the same each time.
func TestDemo(t *testing.T) {
	objects, err := demo.Objects(demo.Start)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Clone(objects)
	in := inputOf(t, demo.Start, "v1.37.2", all)
	p := Make(in)
	if got, want := told(p), "1 node Node/n5 1.33.4 -> 1.37.2\n2 reboot Node/n6 6.8.0-71-generic -> \n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if o := p.Steps[0].Obstacles[0]; p.Steps[0].Safe || o.Cause != disruption.OneBudget || !o.Blocks || o.Budget.Name != "mysql" {
		t.Errorf("%+v", o)
	}
	if len(p.Blockers) != 1 || p.Blockers[0].Object.Name != "n5" {
		t.Errorf("%+v", p.Blockers)
	}
	first, _ := json.Marshal(p)
	slices.Reverse(all)
	for _, again := range []*Plan{Make(in), Make(inputOf(t, demo.Start, "v1.37.2", all))} {
		if second, _ := json.Marshal(again); string(first) != string(second) {
			t.Errorf("got\n%s\nthen\n%s", first, second)
		}
	}
}
