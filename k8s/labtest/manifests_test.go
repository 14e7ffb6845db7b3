package labtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// garden is a small cluster whose files are in an order in which they could not be applied.
const garden = "../../cmd/canopy-lab/manifest/testdata/garden"

func TestManifestsBecomeACluster(t *testing.T) {
	lab := Private(t, WithManifests(garden), WithComponents("etcd", "apiserver", "controller-manager", "scheduler", "nodes"))
	client := lab.Client(Admin)

	nodes, err := client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil || len(nodes.Items) != 1 {
		t.Fatalf("nodes are %v (%v), want the authored one", nodes.Items, err)
	}
	eventually(t, "the authored Deployment to run on the authored node", func(ctx context.Context) bool {
		web, err := client.AppsV1().Deployments("garden").Get(ctx, "web", metav1.GetOptions{})
		return err == nil && web.Status.AvailableReplicas == 2
	})
	pods, err := client.CoreV1().Pods("garden").List(t.Context(), metav1.ListOptions{LabelSelector: "app=web"})
	if err != nil {
		t.Fatal(err)
	}
	for _, pod := range pods.Items {
		for _, entry := range pod.ManagedFields {
			// A status that carries the manager of authored objects would be left alone by the simulator.
			if !slices.Contains([]string{"kube-controller-manager", "kube-scheduler", "kubelet"}, entry.Manager) {
				t.Errorf("pod %s has fields of %q, want those of real components only", pod.Name, entry.Manager)
			}
		}
	}
	oak, err := client.CoreV1().Nodes().Get(t.Context(), "oak", metav1.GetOptions{})
	if err != nil || oak.Status.NodeInfo.KubeletVersion != "v1.33.6" || oak.Status.NodeInfo.ContainerRuntimeVersion != "containerd://1.6.39" {
		t.Errorf("node oak is %+v (%v), want its authored versions", oak.Status.NodeInfo, err)
	}

	eventually(t, "the ephemeral container to run", func(ctx context.Context) bool {
		pod, err := client.CoreV1().Pods("garden").Get(ctx, "debug", metav1.GetOptions{})
		return err == nil && len(pod.Spec.EphemeralContainers) == 1 && len(pod.Status.EphemeralContainerStatuses) == 1 && pod.Status.Phase == corev1.PodRunning
	})
	broken, err := client.CoreV1().Pods("garden").Get(t.Context(), "broken", metav1.GetOptions{})
	if err != nil || broken.Status.Phase != corev1.PodFailed || broken.Status.Reason != "Evicted" {
		t.Errorf("status of broken is %v (%v), want the authored one", broken.Status, err)
	}
	if err == nil && (len(broken.OwnerReferences) != 1 || broken.OwnerReferences[0].UID != oak.UID) {
		t.Errorf("owner of broken is %v, want the node as it is here (%s)", broken.OwnerReferences, oak.UID)
	}

	plants := dynamic.NewForConfigOrDie(lab.Config(Admin)).Resource(schema.GroupVersionResource{Group: "garden.example", Version: "v1", Resource: "plants"})
	fern, err := plants.Namespace("garden").Get(t.Context(), "fern", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if healthy, _, err := unstructured.NestedBool(fern.Object, "status", "healthy"); !healthy || err != nil {
		t.Errorf("status of fern is %v (%v)", fern.Object["status"], err)
	}
	role, err := client.RbacV1().ClusterRoles().Get(t.Context(), "system:node-proxier", metav1.GetOptions{})
	if err != nil || len(role.Rules) != 1 || !slices.Equal(role.Rules[0].Resources, []string{"secrets"}) {
		t.Errorf("the stock role is %v (%v), want the authored rules", role.Rules, err)
	}
	if _, err := client.CoreV1().Namespaces().Get(t.Context(), TestNamespace, metav1.GetOptions{}); err == nil {
		t.Errorf("the namespace %s stands in an authored cluster", TestNamespace)
	}
}

func TestManifestErrorsNameFileAndObject(t *testing.T) {
	lab := Private(t)
	dir := t.TempDir()
	content := `{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: nowhere}}
---
{apiVersion: example.com/v1, kind: Unknown, metadata: {name: two}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: good}}
`
	if err := os.WriteFile(filepath.Join(dir, "mixed.yaml"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	binary, err := findBinary()
	orSkip(t, err)
	output, err := exec.CommandContext(t.Context(), binary, "apply", "--kubeconfig", lab.Kubeconfig(Admin), dir).CombinedOutput()
	if err == nil {
		t.Error("the exit status is 0")
	}
	for _, want := range []string{"mixed.yaml: ConfigMap nowhere/one:", "mixed.yaml: Unknown two:"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("output lacks %q:\n%s", want, output)
		}
	}
	if _, err := lab.Client(Admin).CoreV1().Namespaces().Get(t.Context(), "good", metav1.GetOptions{}); err != nil {
		t.Errorf("what could be applied was not: %v", err)
	}
}

func TestLoadNeedsNoControllers(t *testing.T) {
	lab := Private(t)
	lab.Load(120, 7)
	pods, err := lab.Client(Canopy).CoreV1().Pods("").List(t.Context(), metav1.ListOptions{})
	if err != nil || len(pods.Items) != 120 {
		t.Fatalf("%d pods (%v), want 120", len(pods.Items), err)
	}
	for _, pod := range pods.Items {
		if pod.Status.PodIP == "" || len(pod.OwnerReferences) != 1 || pod.OwnerReferences[0].UID == "" || len(pod.Spec.Containers) != 3 || len(pod.ManagedFields) != 2 {
			t.Errorf("pod %s: address %q, owners %v, %d containers, %d managers", pod.Name, pod.Status.PodIP, pod.OwnerReferences, len(pod.Spec.Containers), len(pod.ManagedFields))
		}
	}
}
