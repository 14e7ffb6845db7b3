package plugin

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// world gives a cluster with objects of which every kind was seen.
func world(t testing.TB, objects ...runtime.Object) *cluster.Cluster {
	t.Helper()
	c := cluster.New()
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for _, o := range objects {
		c.Apply(model.Put(made(t, o)))
	}
	return c
}

func made(t testing.TB, o runtime.Object) model.Record {
	t.Helper()
	r, err := record.Make(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// agentPods gives a DaemonSet with one ready pod; a container is its name, and its arguments after blanks.
func agentPods(namespace, name string, containers ...string) *appsv1.DaemonSet {
	d := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Status: appsv1.DaemonSetStatus{NumberReady: 1}}
	for _, c := range containers {
		words := strings.Fields(c)
		k := corev1.Container{Name: words[0]}
		for _, w := range words[1:] {
			switch {
			case strings.HasPrefix(w, "image="):
				k.Image = strings.TrimPrefix(w, "image=")
			case strings.HasPrefix(w, "-"):
				k.Args = append(k.Args, w)
			default:
				key, value, _ := strings.Cut(w, "=")
				k.Env = append(k.Env, corev1.EnvVar{Name: key, Value: value})
			}
		}
		d.Spec.Template.Spec.Containers = append(d.Spec.Template.Spec.Containers, k)
	}
	return d
}

func config(pairs ...string) *corev1.ConfigMap {
	c := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "cilium-config"}, Data: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		c.Data[pairs[i]] = pairs[i+1]
	}
	return c
}

func node(name, version string) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: version}}}
}

// TestEnforcement is row 46 of the semantics: a plug-in that does not enforce policies is known by name, one that does by
// its agent, and anything else is unverified.
func TestEnforcement(t *testing.T) {
	idle := agentPods("kube-system", "calico-node", "calico-node")
	idle.Status.NumberReady = 0
	flannel := agentPods("kube-flannel", "kube-flannel-ds", "kube-flannel")
	controller := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "kube-ovn-controller"}}
	controller.Spec.Template.Spec.Containers = []corev1.Container{{Name: "kube-ovn-controller", Args: []string{"--enable-np=false"}}}
	const aws = "aws-eks-nodeagent image=602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-network-policy-agent:v1.2.2 "
	cases := []struct {
		name    string
		objects []runtime.Object
		want    network.Enforcement
		plugin  string
		why     string
	}{
		{"nothing", nil, network.Unverified, "", "no network plug-in was recognised"},
		{"calico", []runtime.Object{agentPods("calico-system", "calico-node", "calico-node")}, network.Verified, "Calico", "DaemonSet calico-system/calico-node"},
		{"calico without a ready pod", []runtime.Object{idle}, network.Unverified, "Calico", "none of its pods is known to be ready"},
		{"calico's name elsewhere", []runtime.Object{agentPods("shop", "calico-node", "calico-node")}, network.Unverified, "Calico", "anybody may choose"},
		{"calico's name alone", []runtime.Object{agentPods("kube-system", "calico-node", "web")}, network.Unverified, "", "not recognised|no network plug-in"},
		{"canal", []runtime.Object{agentPods("kube-system", "rke2-canal", "calico-node", "kube-flannel")}, network.Verified, "Canal", ""},
		{"flannel", []runtime.Object{flannel}, network.None, "flannel", "DaemonSet kube-flannel/kube-flannel-ds: flannel does not enforce policies"},
		{"flannel with a policy agent", []runtime.Object{flannel, agentPods("kube-system", "kube-network-policies", "kube-network-policies")}, network.Verified, "kube-network-policies", ""},
		{"flannel with an agent that does not run", []runtime.Object{flannel, idle}, network.Unverified, "Calico", ""},
		{"cilium", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent"), config("enable-policy", "default")}, network.Verified, "Cilium", ""},
		{"cilium never", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent"), config("enable-policy", "never")}, network.None, "Cilium", "mode is never"},
		{"cilium never by flag", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent --enable-policy=never"), config("enable-policy", "default")}, network.None, "Cilium", ""},
		{"cilium never by environment", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent CILIUM_ENABLE_POLICY=never"), config()}, network.None, "Cilium", ""},
		{"cilium always", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent"), config("enable-policy", "always")}, network.Unverified, "Cilium", "closed as well"},
		{"cilium without NetworkPolicies", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent"), config("enable-k8s-networkpolicy", "false")}, network.None, "Cilium", ""},
		{"cilium audits", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent"), config("policy-audit-mode", "true")}, network.None, "Cilium", ""},
		{"cilium by defaults", []runtime.Object{agentPods("kube-system", "cilium", "cilium-agent")}, network.Verified, "Cilium", ""},
		{"dataplane v2", []runtime.Object{agentPods("kube-system", "anetd", "cilium-agent"), config()}, network.Verified, "GKE Dataplane V2", ""},
		{"antrea", []runtime.Object{agentPods("kube-system", "antrea-agent", "antrea-agent")}, network.Verified, "Antrea", ""},
		{"ovn", []runtime.Object{agentPods("openshift-ovn-kubernetes", "ovnkube-node", "ovnkube-controller")}, network.Verified, "OVN-Kubernetes", ""},
		{"kube-router", []runtime.Object{agentPods("kube-system", "kube-router", "kube-router --run-router=true")}, network.Verified, "kube-router", ""},
		{"kube-router without firewall", []runtime.Object{agentPods("kube-system", "kube-router", "kube-router --run-firewall=false")}, network.None, "kube-router", ""},
		{"weave", []runtime.Object{agentPods("kube-system", "weave-net", "weave", "weave-npc")}, network.Verified, "Weave Net", ""},
		{"weave without npc", []runtime.Object{agentPods("kube-system", "weave-net", "weave EXPECT_NPC=0", "weave-npc")}, network.None, "Weave Net", ""},
		{"aws", []runtime.Object{agentPods("kube-system", "aws-node", "aws-node", aws+"--enable-ipv6=false --enable-network-policy=true")}, network.Verified, "AWS VPC CNI", ""},
		{"aws with the agent off", []runtime.Object{agentPods("kube-system", "aws-node", "aws-node", aws+"--enable-network-policy=false")}, network.None, "AWS VPC CNI", ""},
		{"aws of old", []runtime.Object{agentPods("kube-system", "aws-node", "aws-node")}, network.None, "AWS VPC CNI", "no network policy agent"},
		{"aws beside calico", []runtime.Object{agentPods("kube-system", "aws-node", "aws-node"), agentPods("calico-system", "calico-node", "calico-node")}, network.Verified, "Calico", ""},
		{"azure", []runtime.Object{agentPods("kube-system", "azure-npm", "azure-npm")}, network.Verified, "Azure NPM", ""},
		{"kindnet new", []runtime.Object{agentPods("kube-system", "kindnet", "kindnet-cni image=docker.io/kindest/kindnetd:v20250214-acbabc1a@sha256:00")}, network.Verified, "kindnet", ""},
		{"kindnet old", []runtime.Object{agentPods("kube-system", "kindnet", "kindnet-cni image=docker.io/kindest/kindnetd:v20230511-dc714da8")}, network.None, "kindnet", "before it enforced"},
		{"kindnet between", []runtime.Object{agentPods("kube-system", "kindnet", "kindnet-cni image=docker.io/kindest/kindnetd:v20240701-aa")}, network.Unverified, "kindnet", ""},
		{"kindnet untagged", []runtime.Object{agentPods("kube-system", "kindnet", "kindnet-cni image=registry:5000/kindnetd")}, network.Unverified, "kindnet", ""},
		{"kube-ovn off", []runtime.Object{agentPods("kube-system", "kube-ovn-cni", "cni-server"), controller}, network.None, "Kube-OVN", ""},
		{"kube-ovn unseen", []runtime.Object{agentPods("kube-system", "kube-ovn-cni", "cni-server")}, network.Unverified, "Kube-OVN", ""},
		{"openshift-sdn", []runtime.Object{agentPods("openshift-sdn", "sdn", "sdn")}, network.Unverified, "OpenShift SDN", ""},
		{"k3s", []runtime.Object{node("a", "v1.30.1+k3s1")}, network.Unverified, "k3s", "--disable-network-policy"},
		{"k3s with flannel of its own", []runtime.Object{node("a", "v1.30.1+k3s1"), flannel}, network.Unverified, "k3s", ""},
		{"k3s with cilium", []runtime.Object{node("a", "v1.30.1+k3s1"), agentPods("kube-system", "cilium", "cilium-agent"), config()}, network.Verified, "Cilium", ""},
		{"other nodes", []runtime.Object{node("a", "v1.30.1")}, network.Unverified, "", ""},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			var copies []runtime.Object
			for _, o := range k.objects {
				copies = append(copies, o.DeepCopyObject())
			}
			s := Detect(world(t, copies...))
			if s.Enforcement != k.want || s.Plugin != k.plugin {
				t.Errorf("got %s %q (%s), want %s %q", s.Enforcement, s.Plugin, s.Why, k.want, k.plugin)
			}
			if words := strings.Split(k.why, "|"); !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s.Why, w) }) || s.Why == "" {
				t.Errorf("why is %q, want %q in it", s.Why, k.why)
			}
		})
	}
}

func TestUnreadConfiguration(t *testing.T) {
	c := world(t, agentPods("kube-system", "cilium", "cilium-agent"))
	c.Cover(model.Coverage{Kind: configMaps, State: model.Denied, Reason: "forbidden"})
	if s := Detect(c); s.Enforcement != network.Unverified || !strings.Contains(s.Why, "was not read") {
		t.Errorf("got %s: %s", s.Enforcement, s.Why)
	}
	c = cluster.New()
	if s := Detect(c); !strings.Contains(s.Why, "being read") {
		t.Errorf("before anything was read: %s", s.Why)
	}
	c.Cover(model.Coverage{Kind: daemonSets, State: model.Denied, Reason: "forbidden"})
	if s := Detect(c); s.Enforcement != network.Unverified || !strings.Contains(s.Why, "forbidden") {
		t.Errorf("got %s: %s", s.Enforcement, s.Why)
	}
}

// object gives an object of an optional kind.
func object(kind, group, namespace, name string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": group + "/v1", "kind": kind, "spec": map[string]any{}}}
	u.SetNamespace(namespace)
	u.SetName(name)
	return u
}

// TestForeign is row 45 of the semantics: what another kind of policy touches is not evaluated.
func TestForeign(t *testing.T) {
	c := world(t,
		object("CiliumNetworkPolicy", "cilium.io", "shop", "web"),
		object("CiliumClusterwideNetworkPolicy", "cilium.io", "", "all"),
		object("NetworkPolicy", "projectcalico.org", "shop", "calico"),
		object("GlobalNetworkPolicy", "crd.projectcalico.org", "", "calico"),
		object("AuthorizationPolicy", "security.istio.io", "db", "local"),
		object("AuthorizationPolicy", "security.istio.io", "istio-system", "mesh"),
		object("AuthorizationPolicy", "policy.linkerd.io", "istio-system", "not-istio"),
		object("NetworkAttachmentDefinition", "k8s.cni.cncf.io", "media", "fast"),
		object("HTTPRoute", "gateway.networking.k8s.io", "shop", "web"),
		object("CustomResourceDefinition", "apiextensions.k8s.io", "", "egressfirewalls.k8s.ovn.org"),
	)
	var got []string
	for _, f := range Detect(c).Foreign {
		got = append(got, fmt.Sprintf("%s: %s.%s", f.Namespace, f.Ref, f.Ref.Group))
	}
	want := []string{
		": CiliumClusterwideNetworkPolicy/all.cilium.io",
		": GlobalNetworkPolicy/calico.crd.projectcalico.org",
		": istio-system/AuthorizationPolicy/mesh.security.istio.io",
		"db: db/AuthorizationPolicy/local.security.istio.io",
		"istio-system: istio-system/AuthorizationPolicy/not-istio.policy.linkerd.io",
		"media: media/NetworkAttachmentDefinition/fast.k8s.cni.cncf.io",
		"shop: shop/CiliumNetworkPolicy/web.cilium.io",
		"shop: shop/NetworkPolicy/calico.projectcalico.org",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestForeignUnread is row 47: a kind that the server has but that may not be read is not taken for empty.
func TestForeignUnread(t *testing.T) {
	kind := model.OptionalKind(aliens[0].groupKind())
	names := func(c *cluster.Cluster) string {
		var list []string
		for _, f := range Detect(c).Foreign {
			if f.Ref != kind.Ref("", "") {
				t.Errorf("names %v", f.Ref)
			}
			list = append(list, "in:"+f.Namespace)
		}
		return strings.Join(list, " ")
	}
	expect := func(c *cluster.Cluster, want string) {
		t.Helper()
		if got := names(c); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	c := world(t)
	cover := func(namespace string, state model.CoverState, reason string) {
		c.Cover(model.Coverage{Kind: kind.GroupKind(), Namespace: namespace, State: state, Reason: reason})
	}
	expect(c, "")
	cover("", model.Loading, "loading")
	expect(c, "")
	cover("", model.Denied, "forbidden")
	expect(c, "in:")
	cover("shop", model.Complete, "")
	cover("db", model.Denied, "forbidden")
	expect(c, "in:db")
	c.Cover(model.Coverage{Kind: configMaps, Namespace: "ops", State: model.Complete})
	c.Apply(model.Put(made(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "web"}})))
	c.Apply(model.Put(made(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})))
	expect(c, "in:db in:ops in:web")

	c = world(t)
	cover("", model.Absent, "the capture does not hold this kind")
	expect(c, "")
	c.Apply(model.Put(made(t, object("CustomResourceDefinition", "apiextensions.k8s.io", "", "ciliumnetworkpolicies.cilium.io"))))
	expect(c, "in:")
	cover("", model.Absent, "not served by this server")
	expect(c, "")
}

func TestAliensAreRead(t *testing.T) {
	for i := range aliens {
		if model.OptionalKind(aliens[i].groupKind()) == nil {
			t.Errorf("%v is not read", aliens[i].groupKind())
		}
	}
}
