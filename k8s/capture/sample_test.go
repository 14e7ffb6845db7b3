package capture

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// samplePod is a pod as a server gives it out: a dozen environment variables, probes, volumes, status and managedFields.
func samplePod(i int) *corev1.Pod {
	app := fmt.Sprintf("app-%d", i%65)
	name := fmt.Sprintf("%s-6d4b75cb6d-%05d", app, i)
	when := metav1.NewTime(time.Date(2026, 10, 1, 12, 0, i%60, 0, time.UTC))
	yes, no, user := true, false, int64(1000)
	env := make([]corev1.EnvVar, 0, 24)
	for n := range 24 {
		env = append(env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%d_%s", n, strings.ToUpper(app)), Value: fmt.Sprintf("https://service-%d.%s.svc.cluster.local:8443/path/%d", n, app, n)})
	}
	probe := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz"}}, PeriodSeconds: 10, TimeoutSeconds: 1, FailureThreshold: 3, SuccessThreshold: 1}
	probe.HTTPGet.Port.IntVal = 8080
	container := func(n string) corev1.Container {
		return corev1.Container{Name: n, Image: "registry.example/team/" + app + "/" + n + ":1.4.2", Command: []string{"/bin/" + n}, Args: []string{"--listen=:8080", "--config=/etc/app/config.yaml", "--log-level=info"},
			Env: env, Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}}, LivenessProbe: probe, ReadinessProbe: probe,
			Resources:       corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("500m"), "memory": resource.MustParse("256Mi")}, Requests: corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("128Mi")}},
			VolumeMounts:    []corev1.VolumeMount{{Name: "config", MountPath: "/etc/app"}, {Name: "kube-api-access-x7k2p", MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true}},
			SecurityContext: &corev1.SecurityContext{AllowPrivilegeEscalation: &no, RunAsNonRoot: &yes, RunAsUser: &user, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}, ImagePullPolicy: corev1.PullIfNotPresent,
			TerminationMessagePath: "/dev/termination-log", TerminationMessagePolicy: corev1.TerminationMessageReadFile}
	}
	managed := `{"f:metadata":{"f:labels":{` + strings.Repeat(`"f:app.kubernetes.io/name":{},`, 20) + `"f:x":{}}},"f:spec":{` + strings.Repeat(`"k:{\"name\":\"SETTING\"}":{".":{},"f:name":{},"f:value":{}},`, 90) + `"f:containers":{}}}`
	status := func(n string) corev1.ContainerStatus {
		return corev1.ContainerStatus{Name: n, Ready: true, Started: &yes, Image: "registry.example/team/" + app + ":1.4.2", ImageID: fmt.Sprintf("registry.example/team/%s@sha256:%064d", app, i%65), ContainerID: fmt.Sprintf("containerd://%064d", i),
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: when}}}
	}
	return &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: name, GenerateName: app + "-6d4b75cb6d-", Namespace: fmt.Sprintf("team-%d", i%13), UID: types.UID(fmt.Sprintf("00000000-0000-0000-0000-%012d", i)), ResourceVersion: fmt.Sprint(100000 + i), CreationTimestamp: when,
			Labels:          map[string]string{"app.kubernetes.io/name": app, "app.kubernetes.io/part-of": "shop", "pod-template-hash": "6d4b75cb6d"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: app + "-6d4b75cb6d", UID: types.UID(app), Controller: &yes, BlockOwnerDeletion: &yes}},
			ManagedFields:   []metav1.ManagedFieldsEntry{{Manager: "kube-controller-manager", Operation: "Update", APIVersion: "v1", Time: &when, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(managed)}}},
		Spec: corev1.PodSpec{NodeName: fmt.Sprintf("node-%d", i%50), ServiceAccountName: app, DeprecatedServiceAccount: app, Containers: []corev1.Container{container("main"), container("proxy")}, InitContainers: []corev1.Container{container("init")},
			Volumes: []corev1.Volume{{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: app}}}},
				{Name: "kube-api-access-x7k2p", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}}}}}},
			DNSPolicy: corev1.DNSClusterFirst, RestartPolicy: corev1.RestartPolicyAlways, SchedulerName: "default-scheduler", SecurityContext: &corev1.PodSecurityContext{FSGroup: &user}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: fmt.Sprintf("10.1.%d.%d", i/250, i%250), HostIP: "10.0.0.1", StartTime: &when, QOSClass: corev1.PodQOSBurstable,
			Conditions:        []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: when}, {Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: when}},
			ContainerStatuses: []corev1.ContainerStatus{status("main"), status("proxy")}, InitContainerStatuses: []corev1.ContainerStatus{status("init")}}}
}

// sampleNode is a node with a list of images, as a kubelet reports it.
func sampleNode(i int) *corev1.Node {
	n := &corev1.Node{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Node"}, ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%d", i)},
		Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.37.2", ContainerRuntimeVersion: "containerd://2.1.0"}, Capacity: corev1.ResourceList{"cpu": resource.MustParse("16")}}}
	for j := range 50 {
		n.Status.Images = append(n.Status.Images, corev1.ContainerImage{Names: []string{fmt.Sprintf("registry.example/team/app-%d@sha256:%064d", j, j)}, SizeBytes: 1 << 27})
	}
	return n
}

// cluster writes a list of pods and nodes as kubectl get -o json or -o yaml prints it.
func cluster(pods, nodes int, asYAML bool) []byte {
	var b bytes.Buffer
	var objects []any
	for i := range pods {
		objects = append(objects, samplePod(i))
	}
	for i := range nodes {
		objects = append(objects, sampleNode(i))
	}
	if !asYAML {
		head := map[string]any{"apiVersion": "v1", "kind": "List", "items": objects, "metadata": map[string]any{"resourceVersion": ""}}
		e := json.NewEncoder(&b)
		e.SetIndent("", "    ")
		must(e.Encode(head))
		return b.Bytes()
	}
	_, _ = io.WriteString(&b, "apiVersion: v1\nitems:\n")
	for _, o := range objects {
		data, err := yaml.Marshal(o)
		must(err)
		text := strings.TrimSuffix(strings.ReplaceAll(string(data), "\n", "\n  "), "  ")
		_, _ = io.WriteString(&b, "- "+text)
	}
	_, _ = io.WriteString(&b, "kind: List\nmetadata:\n  resourceVersion: \"\"\n")
	return b.Bytes()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
