package remedy

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

type shown []model.Evidence

func (s shown) Evidence() []model.Evidence { return s }

func aNode(name, kubelet, system string, labels map[string]string) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: kubelet, OSImage: system}}}
}

// TestPatchingInWords holds that what is told is about the very finding: its images, API versions, managers, nodes and providers.
func TestPatchingInWords(t *testing.T) {
	tables, err := lifecycle.Default().With(&lifecycle.Update{Tables: []lifecycle.Table{
		{Kind: lifecycle.AddOns, Source: lifecycle.Source{Name: "test", AsOf: 30000}, AddOns: []lifecycle.AddOn{{Name: "Widget", Images: []string{"acme/widget"}, Why: "nobody mends it", Instead: "Gadget"}}},
		{Kind: lifecycle.Deprecations, Source: lifecycle.Source{Name: "test", AsOf: 30000}, Deprecations: []lifecycle.Deprecation{
			{Group: "policy", Version: "v1beta1", Kind: "PodDisruptionBudget", Deprecated: "1.21", Removed: "1.25", Replacement: "policy/v1", Since: "1.21", Component: "k8s"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	web, budget, node := ref("Deployment", "web"), ref("PodDisruptionBudget", "web"), ref("Node", "n1")
	image := model.Evidence{Object: web, Path: "spec.template.spec.containers[0].image", Value: "registry.example/app:1@sha256:" + sum + " has 7 critical"}
	cordoned := aNode("n1", "v1.33.1", "Ubuntu 22.04.1 LTS", nil)
	cordoned.Spec.Unschedulable = true
	cordoned.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}
	silent := aNode("n1", "v1.33.1", "Ubuntu 22.04.1 LTS", nil)
	silent.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionUnknown}}
	kubeadm := aNode("n1", "v1.33.1", "Debian GNU/Linux 12 (bookworm)", nil)
	kubeadm.Annotations = map[string]string{"kubeadm.alpha.kubernetes.io/cri-socket": "unix:///run/containerd/containerd.sock"}
	for name, tc := range map[string]struct {
		rule     string
		object   model.Ref
		cluster  []runtime.Object
		evidence []model.Evidence
		want     []string
		not      string
	}{
		"exposed": {"VP01", web, nil, []model.Evidence{image, {Object: ref("Ingress", "front"), Path: "spec.rules[0].host", Value: "shop.example"}, {Object: model.OptionalKinds()[0].Ref("shop", "x"), Path: "y"}},
			[]string{"trivy image --severity CRITICAL registry.example/app@sha256:" + sum, "crane ls registry.example/app", "CONTAINER=registry.example/app@sha256:DIGEST", "close the way in where nobody outside needs it: shop/Ingress/front;"}, "AdminNetworkPolicy"},
		"many":    {"VP02", web, nil, []model.Evidence{image}, []string{"docker build --pull --no-cache", "each week", "canopy fix --rule IM02"}, "close the way in"},
		"report":  {"VP02", web, nil, []model.Evidence{{Object: model.KindByName("VulnerabilityReport").Ref("shop", "web-app"), Path: "report.summary.criticalCount", Value: "7"}}, []string{"kubectl get vulnerabilityreport.v1alpha1.aquasecurity.github.io web-app --namespace shop -o yaml", "canopy images lists"}, ""},
		"kubelet": {"VP03", node, []runtime.Object{kubeadm}, []model.Evidence{{Object: node, Path: "status.nodeInfo.kubeletVersion", Value: "v1.33.1: CVE-2025-5187, fixed in 1.33.4"}}, []string{"issues?q=CVE-2025-5187", "fixed is CVE-2025-5187 in 1.33.4;", "see the plan: canopy nodes n1, or the plan on the screen of nodes"}, "kubeadm upgrade node"},
		"eks":     {"VP04", node, []runtime.Object{aNode("n1", "v1.29.3-eks-ae9a62a", "Amazon Linux 2", map[string]string{"eks.amazonaws.com/nodegroup": "blue"})}, nil, []string{"aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name blue --kubernetes-version VERSION", "one minor version at a time for the control plane", "see the plan: canopy nodes n1"}, "kubeadm"},
		"gke":     {"VP04", model.ClusterRef(), []runtime.Object{aNode("n1", "v1.36.3-gke.1640000", "Container-Optimized OS", nil)}, nil, []string{"gcloud container clusters upgrade CLUSTER --master", "canopy scan --rule VP06"}, "kubeadm"},
		"aks":     {"VP05", node, []runtime.Object{aNode("n1", "v1.99.0", "Ubuntu", map[string]string{"kubernetes.azure.com/agentpool": "pool1"})}, []model.Evidence{{Object: node, Path: "status.nodeInfo.kubeletVersion", Value: "v1.99.0: kubelet 1.99 is newer than API server 1.37"}}, []string{"az aks nodepool upgrade --resource-group GROUP --cluster-name CLUSTER --name pool1", "kubelets are not taken back in place"}, "bring what is older"},
		"older":   {"VP05", node, nil, []model.Evidence{{Object: node, Path: "status.nodeInfo.kubeletVersion", Value: "v1.32.0: kubelet 1.32 is 5 minors older than API server 1.37, and may be 3"}}, []string{"bring what is older on the node up", "see the plan: canopy nodes n1"}, "several minors at once"},
		"servers": {"VP05", model.ClusterRef(), nil, nil, []string{"bring the older ones up first", "kubeadm upgrade apply VERSION"}, "uncordon"},
		"static":  {"VP03", ref("Pod", "kube-apiserver-cp1"), []runtime.Object{kubeadm, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "kube-apiserver-cp1", Namespace: "shop"}, Spec: corev1.PodSpec{NodeName: "cp1"}}}, nil, []string{"on cp1 install kubeadm of the version"}, ""},
		"api": {"VP06", budget, nil, []model.Evidence{{Object: budget, Path: "metadata.managedFields", Value: "policy/v1beta1; written by helm on 2026-03-01; removed in Kubernetes 1.25; policy/v1 replaces it, served from Kubernetes 1.21"}, {Object: budget, Path: "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]", Value: "policy/v1beta1; last applied with kubectl; removed in Kubernetes 1.25"}, {Object: budget, Path: "apiVersion", Value: "policy/v1beta1"}},
			[]string{"in the manifest write apiVersion: policy/v1, which is served from 1.21 on; policy/v1beta1 is gone from 1.25 on", "helm is Helm", "last-applied is kubectl", "kubectl convert --filename FILE --output-version policy/v1", "kubectl patch poddisruptionbudget.v1.policy web --namespace shop --type merge"}, ""},
		"hostile":      {"VP06", budget, nil, []model.Evidence{{Object: budget, Path: "metadata.managedFields", Value: "$(reboot)/v1; written by $(reboot)"}, {Object: budget, Path: "metadata.managedFields", Value: "policy/v1beta1; written by \x1b[31mevil on 2026-01-01; $(reboot) replaces it"}}, []string{"?[31mevil writes by it"}, "reboot"},
		"kernel":       {"VP07", node, []runtime.Object{aNode("n1", "v1.33.1", "Ubuntu 20.04.6 LTS", nil)}, []model.Evidence{{Object: node, Path: "status.nodeInfo.osImage", Value: "Ubuntu 20.04.6 LTS"}}, []string{"the system is Ubuntu 20.04.6 LTS", "see the plan: canopy nodes n1"}, "apt-get"},
		"kernel alone": {"VP07", node, []runtime.Object{aNode("n1", "v1.33.1", "Ubuntu 24.04.1 LTS", nil)}, []model.Evidence{{Object: node, Path: "status.nodeInfo.kernelVersion", Value: "6.8.0-31-generic"}}, []string{"apt-get upgrade", "kubectl drain n1", "see the plan: canopy nodes n1"}, "kured drains"},
		"k3s":          {"VP04", node, []runtime.Object{aNode("n1", "v1.33.1+k3s1", "Ubuntu 24.04.1 LTS", nil)}, nil, []string{"see the plan: canopy nodes n1"}, "INSTALL_K3S_VERSION"},
		"reboot":       {"VP07", node, []runtime.Object{aNode("n1", "v1.33.1", "Bottlerocket OS 1.2", map[string]string{"eks.amazonaws.com/nodegroup": "blue"})}, []model.Evidence{{Object: node, Path: "metadata.annotations[weave.works/kured-reboot-in-progress]", Value: "x"}}, []string{"--nodegroup-name blue puts the newest image", "kured drains"}, "apt-get"},
		"add-on":       {"VP08", web, nil, []model.Evidence{{Object: web, Path: "spec.template.spec.containers[0].image", Value: "registry.example/acme/widget:1"}}, []string{"Widget: nobody mends it; go to Gadget"}, "nginx"},
		"cordoned":     {"VP09", node, []runtime.Object{cordoned}, nil, []string{"kubectl uncordon n1", "kubectl delete node n1", "/var/lib/kubelet/pki"}, "journalctl"},
		"silent":       {"VP09", node, []runtime.Object{silent}, nil, []string{"journalctl --unit kubelet", "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"}, "kubectl uncordon"},
	} {
		t.Run(name, func(t *testing.T) {
			f := finding(tc.rule, tc.object)
			f.Proof = shown(tc.evidence)
			fix, err := Make(holding(t, tc.cluster...), Options{Tables: tables}, []*model.Finding{f})
			if err != nil {
				t.Fatal(err)
			}
			toldWhy(t, fix, f)
			if len(fix.Documents) != 0 || len(fix.Notes) != 1 {
				t.Fatalf("%+v", fix)
			}
			told := strings.Join(fix.Notes[0].Steps, "\n")
			for _, want := range tc.want {
				if !strings.Contains(told, want) {
					t.Errorf("no %q in\n%s", want, told)
				}
			}
			if tc.not != "" && strings.Contains(told, tc.not) || strings.Contains(told, "\x1b") {
				t.Errorf("%q in\n%s", tc.not, told)
			}
		})
	}
}
