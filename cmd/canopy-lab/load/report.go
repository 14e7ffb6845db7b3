package load

import (
	"context"
	"encoding/json"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Report says what a load has written.
type Report struct {
	Objects int            `json:"objects"`
	Kinds   map[string]int `json:"kinds"`
	Seconds float64        `json:"seconds"`
	Pod     PodSize        `json:"pod"`
}

// PodSize is the mean size of stored pods in bytes, managedFields included.
type PodSize struct {
	JSON         int `json:"json"`
	IndentedJSON int `json:"indentedJSON"` // as the API server prints it for people
	Protobuf     int `json:"protobuf"`
}

// Write writes a cluster to an API server that does not have its objects yet.
func Write(ctx context.Context, config *rest.Config, cluster *Cluster) (*Report, error) {
	w, err := newWriter(config)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if err := w.write(ctx, cluster); err != nil {
		return nil, err
	}
	report := &Report{Objects: cluster.Objects(), Kinds: map[string]int{}, Seconds: time.Since(start).Seconds()}
	for _, stage := range cluster.stages {
		for _, i := range stage {
			kind, err := kindOf(i.object)
			if err != nil {
				return nil, err
			}
			report.Kinds[kind.Kind]++
		}
	}
	report.Pod, err = podSize(ctx, w.clients)
	return report, err
}

// podSize measures a sample of what the server has stored.
func podSize(ctx context.Context, client kubernetes.Interface) (PodSize, error) {
	pods, err := client.CoreV1().Pods(corev1.NamespaceAll).List(ctx, metav1.ListOptions{Limit: 500})
	if err != nil || len(pods.Items) == 0 {
		return PodSize{}, err
	}
	var size PodSize
	for i := range pods.Items {
		data, err := json.Marshal(&pods.Items[i])
		if err != nil {
			return PodSize{}, err
		}
		indented, err := json.MarshalIndent(&pods.Items[i], "", "  ")
		if err != nil {
			return PodSize{}, err
		}
		size.JSON += len(data)
		size.IndentedJSON += len(indented)
		size.Protobuf += pods.Items[i].Size()
	}
	count := len(pods.Items)
	return PodSize{JSON: size.JSON / count, IndentedJSON: size.IndentedJSON / count, Protobuf: size.Protobuf / count}, nil
}
