package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
)

// ChurnReport says what a churn has done.
type ChurnReport struct {
	Changes  int64            `json:"changes"` // watch events caused
	Seconds  float64          `json:"seconds"`
	Rate     float64          `json:"rate"`   // changes per second reached
	Missed   int64            `json:"missed"` // changes of objects that were gone by then
	ByAction map[string]int64 `json:"byAction"`
}

// name of a namespaced object.
type name struct{ namespace, name string }

// churn changes existing objects at a steady rate.
type churn struct {
	client      kubernetes.Interface
	random      *rand.Rand // used by the one goroutine that draws
	deployments []name

	mu     sync.Mutex
	pods   []name
	counts map[string]int64
	missed atomic.Int64
}

// action is one drawn change. It counts for as many changes as watchers see.
type action struct {
	kind    string
	changes int64
	run     func(context.Context) error
}

// Churn makes so many changes per second for a time: half are pods that turn unready and ready, a quarter pods that are replaced, the others labels of pods and
// images of Deployments. What is changed is drawn from the seed.
func Churn(ctx context.Context, config *rest.Config, rate float64, duration time.Duration, seed uint64) (*ChurnReport, error) {
	client, err := kubernetes.NewForConfig(fast(config))
	if err != nil {
		return nil, err
	}
	c := &churn{client: client, random: rand.New(rand.NewPCG(seed, 0x636875726e)), counts: map[string]int64{}}
	if c.pods, err = names(ctx, config, corev1.SchemeGroupVersion.WithResource("pods")); err != nil {
		return nil, err
	}
	if c.deployments, err = names(ctx, config, appsv1.SchemeGroupVersion.WithResource("deployments")); err != nil {
		return nil, err
	}
	if len(c.pods) == 0 {
		return nil, errors.New("there are no pods to change")
	}
	start := time.Now()
	changes, err := c.play(ctx, rate, start.Add(duration))
	seconds := time.Since(start).Seconds()
	return &ChurnReport{Changes: changes, Seconds: seconds, Rate: float64(changes) / seconds, Missed: c.missed.Load(), ByAction: c.counts}, err
}

// play hands actions to workers, each at its time. It falls behind, and makes up for it, when the server is slow.
func (c *churn) play(ctx context.Context, rate float64, end time.Time) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan action)
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for next := range queue {
				switch err := next.run(ctx); {
				case err == nil:
				case apierrors.IsNotFound(err) || apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err):
					c.missed.Add(next.changes)
				case ctx.Err() == nil:
					cancel(fmt.Errorf("%s: %w", next.kind, err))
				}
			}
		})
	}
	defer group.Wait()
	defer close(queue)
	start, changes := time.Now(), int64(0)
	for time.Now().Before(end) {
		due := start.Add(time.Duration(float64(changes) / rate * float64(time.Second)))
		select {
		case <-ctx.Done():
			return changes, context.Cause(ctx)
		case <-time.After(time.Until(due)):
		}
		next := c.draw()
		queue <- next
		changes += next.changes
		c.counts[next.kind] += next.changes
	}
	return changes, nil
}

func (c *churn) draw() action {
	c.mu.Lock()
	defer c.mu.Unlock()
	index := c.random.IntN(len(c.pods))
	pod := c.pods[index]
	switch draw := c.random.IntN(100); {
	case draw < 55:
		ready := c.random.IntN(2) == 0
		return action{"status", 1, func(ctx context.Context) error { return c.setReady(ctx, pod, ready) }}
	case draw < 70:
		fresh := name{pod.namespace, fmt.Sprintf("churn-%d-%d", c.random.Uint32(), index)}
		c.pods[index] = fresh
		return action{"replace", 3, func(ctx context.Context) error { return c.replace(ctx, pod, fresh) }}
	case draw < 90 || len(c.deployments) == 0:
		value := fmt.Sprint(c.random.IntN(1000))
		return action{"label", 1, func(ctx context.Context) error {
			return c.patch(ctx, pod, map[string]any{"metadata": map[string]any{"labels": map[string]string{"churn": value}}})
		}}
	default:
		deployment, tag := c.deployments[c.random.IntN(len(c.deployments))], c.random.IntN(1000)
		return action{"deployment", 1, func(ctx context.Context) error { return c.setImage(ctx, deployment, tag) }}
	}
}

func (c *churn) setReady(ctx context.Context, pod name, ready bool) error {
	status := corev1.ConditionFalse
	if ready {
		status = corev1.ConditionTrue
	}
	condition := corev1.PodCondition{Type: corev1.PodReady, Status: status, LastTransitionTime: metav1.Now(), Message: time.Now().Format(time.RFC3339Nano)}
	return c.patch(ctx, pod, map[string]any{"status": map[string]any{"conditions": []corev1.PodCondition{condition}}}, "status")
}

func (c *churn) patch(ctx context.Context, pod name, content any, subresources ...string) error {
	data, err := json.Marshal(content)
	if err != nil {
		return err
	}
	_, err = c.client.CoreV1().Pods(pod.namespace).Patch(ctx, pod.name, types.StrategicMergePatchType, data, metav1.PatchOptions{FieldManager: "kubelet"}, subresources...)
	return err
}

// replace deletes a pod and makes another like it, running.
func (c *churn) replace(ctx context.Context, old, fresh name) error {
	pods := c.client.CoreV1().Pods(old.namespace)
	pod, err := pods.Get(ctx, old.name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := pods.Delete(ctx, old.name, metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)}); err != nil {
		return err
	}
	copied := &corev1.Pod{Spec: pod.Spec}
	copied.Name, copied.Labels, copied.Annotations, copied.OwnerReferences = fresh.name, pod.Labels, pod.Annotations, pod.OwnerReferences
	made, err := pods.Create(ctx, copied, metav1.CreateOptions{FieldManager: controller})
	if err != nil {
		return err
	}
	made.Status = pod.Status
	_, err = pods.UpdateStatus(ctx, made, metav1.UpdateOptions{FieldManager: "kubelet"})
	return err
}

func (c *churn) setImage(ctx context.Context, deployment name, tag int) error {
	client := c.client.AppsV1().Deployments(deployment.namespace)
	live, err := client.Get(ctx, deployment.name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	live.Spec.Template.Spec.Containers[0].Image = fmt.Sprintf("registry.example/churn/%s:%d", deployment.name, tag)
	_, err = client.Update(ctx, live, metav1.UpdateOptions{FieldManager: author})
	return err
}

// names lists the names of all objects of a resource, without the objects.
func names(ctx context.Context, config *rest.Config, resource schema.GroupVersionResource) ([]name, error) {
	client, err := metadata.NewForConfig(fast(config))
	if err != nil {
		return nil, err
	}
	list, err := client.Resource(resource).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	result := make([]name, 0, len(list.Items))
	for i := range list.Items {
		result = append(result, name{list.Items[i].Namespace, list.Items[i].Name})
	}
	return result, nil
}
