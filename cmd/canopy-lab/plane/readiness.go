package plane

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// startTimeout bounds each wait. A machine that compiles at the same time is many times slower than the few seconds that a start takes.
const startTimeout = 120 * time.Second

// adminClient is a client for the administrator. Its requests end soon when the API server does not answer.
func adminClient(l Layout) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", l.Kubeconfig("admin"))
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst, config.Timeout = 200, 400, 10*time.Second
	return kubernetes.NewForConfig(config)
}

// waitReady waits until the API server says it is ready. It gives up as soon as a needed process has ended, with the end of its log.
func (s *Supervisor) waitReady(ctx context.Context) error {
	client, err := adminClient(s.layout)
	if err != nil {
		return err
	}
	return s.poll(ctx, "the API server to be ready", func(ctx context.Context) error {
		return client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	})
}

// waitComponents waits until the started components do their work: a namespace has its default account, and nodes are ready to be scheduled on.
func (s *Supervisor) waitComponents(ctx context.Context) error {
	client, err := adminClient(s.layout)
	if err != nil {
		return err
	}
	runs := func(component string) bool { return slices.Contains(s.options.Components, component) }
	if runs(ControllerManager) {
		err := s.poll(ctx, "the controllers to work", func(ctx context.Context) error {
			_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
			return err
		})
		if err != nil {
			return err
		}
	}
	if !runs(Nodes) {
		return nil
	}
	return s.poll(ctx, "the nodes to be ready", func(ctx context.Context) error {
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		ready := 0
		for i := range nodes.Items {
			if usable(&nodes.Items[i], runs(ControllerManager)) {
				ready++
			}
		}
		if ready < s.options.Nodes {
			return fmt.Errorf("%d of %d", ready, s.options.Nodes)
		}
		return nil
	})
}

// usable says whether a node takes pods. The taint of a new node is taken away by the controllers, if they run.
func usable(node *corev1.Node, controllers bool) bool {
	for _, taint := range node.Spec.Taints {
		if controllers && taint.Key == corev1.TaintNodeNotReady {
			return false
		}
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// poll tries until try succeeds. The API server offers nothing to wait on before it is ready.
func (s *Supervisor) poll(ctx context.Context, what string, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, errors.New("timed out"))
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if failed := s.failed(); failed != "" {
			return fmt.Errorf("waiting for %s: %s has ended\n%s", what, failed, logTail(s.layout, failed))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w (last answer: %w)", what, context.Cause(ctx), err)
		case <-time.After(40 * time.Millisecond):
		}
	}
}

// failed names a component that was started and has ended by itself.
func (s *Supervisor) failed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for component, c := range s.children {
		if !c.running() && !c.stopped {
			return component
		}
	}
	return ""
}
