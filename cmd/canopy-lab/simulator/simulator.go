// Package simulator stands in for every kubelet of a lab, and for its storage: it keeps nodes ready, carries scheduled pods through their lives and makes
// volumes for claims, without running anything.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

const (
	// manager is the field manager that a real node's status updates carry.
	manager = "kubelet"
	// podWorkers bounds the requests in flight; the API server answers them in about a millisecond each.
	podWorkers = 16
	// heartbeat keeps nodes well inside the node monitor's grace period of the lab.
	heartbeat = 30 * time.Second
)

// Simulator is the state shared by the node and pod loops. Both are driven by watches.
type Simulator struct {
	client    kubernetes.Interface
	nodes     cache.SharedIndexInformer
	pods      cache.SharedIndexInformer
	claims    cache.SharedIndexInformer
	queue     workqueue.TypedRateLimitingInterface[key]
	addresses *addresses
}

// key names a node (namespace empty), a pod or a claim.
type key struct{ kind, namespace, name string }

// Run makes count nodes and then serves all nodes and pods of the cluster until ctx ends.
func Run(ctx context.Context, config *rest.Config, count int) error {
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = 2000, 4000
	config.DisableCompression = true // as a kubelet; on loopback it only costs time
	config.ContentType, config.AcceptContentTypes = "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	s := &Simulator{
		client: client,
		nodes: cache.NewSharedIndexInformer(
			cache.NewListWatchFromClient(client.CoreV1().RESTClient(), "nodes", metav1.NamespaceAll, fields.Everything()),
			&corev1.Node{}, 0, nil),
		pods: cache.NewSharedIndexInformer(
			cache.NewListWatchFromClient(client.CoreV1().RESTClient(), "pods", metav1.NamespaceAll, fields.OneTermNotEqualSelector("spec.nodeName", "")),
			&corev1.Pod{}, 0, nil),
		claims: cache.NewSharedIndexInformer(
			cache.NewListWatchFromClient(client.CoreV1().RESTClient(), "persistentvolumeclaims", metav1.NamespaceAll, fields.Everything()),
			&corev1.PersistentVolumeClaim{}, 0, nil),
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.NewTypedItemExponentialFailureRateLimiter[key](50*time.Millisecond, 5*time.Second)),
		addresses: newAddresses(),
	}
	if err := s.subscribe(); err != nil {
		return err
	}
	go s.nodes.RunWithContext(ctx)
	go s.pods.RunWithContext(ctx)
	go s.claims.RunWithContext(ctx)
	if !cache.WaitForCacheSync(ctx.Done(), s.nodes.HasSynced, s.pods.HasSynced, s.claims.HasSynced) {
		return ctx.Err()
	}
	// Addresses of pods that run already, after a restart of the simulator, must not be given away again.
	for _, item := range s.pods.GetStore().List() {
		s.addresses.reserve(item.(*corev1.Pod).Status.PodIP)
	}
	for i := range count {
		if err := s.createNode(ctx, i+1); err != nil {
			return fmt.Errorf("node %d: %w", i+1, err)
		}
	}
	for range podWorkers {
		go s.work(ctx)
	}
	s.keepLeases(ctx)
	s.queue.ShutDown()
	return nil
}

func (s *Simulator) subscribe() error {
	enqueue := func(kind string) func(any) {
		return func(object any) {
			if meta, ok := object.(metav1.Object); ok {
				s.queue.Add(key{kind, meta.GetNamespace(), meta.GetName()})
			}
		}
	}
	_, nodeErr := s.nodes.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue("Node"),
		UpdateFunc: func(_, object any) { enqueue("Node")(object) },
	})
	_, podErr := s.pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue("Pod"),
		UpdateFunc: func(_, object any) { enqueue("Pod")(object) },
		DeleteFunc: func(object any) {
			if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = gone.Obj
			}
			if pod, ok := object.(*corev1.Pod); ok && !pod.Spec.HostNetwork {
				s.addresses.release(pod.Status.PodIP)
			}
		},
	})
	_, claimErr := s.claims.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue("PersistentVolumeClaim"),
		UpdateFunc: func(_, object any) { enqueue("PersistentVolumeClaim")(object) },
	})
	return errors.Join(nodeErr, podErr, claimErr, s.pods.SetTransform(slim))
}

func (s *Simulator) work(ctx context.Context) {
	for {
		item, shutdown := s.queue.Get()
		if shutdown {
			return
		}
		var err error
		switch item.kind {
		case "Node":
			err = s.syncNode(ctx, item.name)
		case "Pod":
			err = s.syncPod(ctx, item)
		default:
			err = s.syncClaim(ctx, item)
		}
		if err == nil {
			s.queue.Forget(item)
		} else {
			s.queue.AddRateLimited(item)
		}
		s.queue.Done(item)
	}
}
