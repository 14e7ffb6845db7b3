package remedy

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// limit is NW15: a LimitRange that gives a request to containers which declare none, and a ResourceQuota that leaves room
// for what is there, a fifth more, and one more pod of the largest while it is replaced. No figure is made up.
func (s *segments) limit(f *model.Finding) error {
	name := f.Object.Name
	u := s.usage(name)
	has := func(kind string) bool {
		for r := range s.p.c.All(schema.GroupKind{Kind: kind}) {
			if r.GetNamespace() == name {
				return true
			}
		}
		return false
	}
	if !has("LimitRange") {
		if len(u.least) == 0 {
			s.p.figures = true
			s.p.note(f, "no container of the namespace requests anything, so that no figure is known", "measure what is used, then write a LimitRange with defaultRequest")
		} else if err := s.limitRange(f, u); err != nil {
			return err
		}
	}
	if has("ResourceQuota") {
		return nil
	}
	return s.resourceQuota(f, u)
}

// usage is what the pods of a namespace request.
type usage struct {
	pods int64
	// sum is what all request, largest what one pod does at most.
	sum, largest corev1.ResourceList
	// least is the smallest request of a container, bare counts the containers that request nothing, by resource.
	least corev1.ResourceList
	bare  map[corev1.ResourceName]int64
	// ports counts Services with ports on nodes, balancers those with a load balancer.
	ports, balancers int64
}

func sized() [2]corev1.ResourceName {
	return [...]corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}
}

func (s *segments) usage(namespace string) *usage {
	u := &usage{sum: corev1.ResourceList{}, largest: corev1.ResourceList{}, least: corev1.ResourceList{}, bare: map[corev1.ResourceName]int64{}}
	for _, r := range s.p.within(namespace) {
		if p, ok := r.(*record.Pod); ok && !p.Finished() {
			u.count(&p.Template.Decode().Spec)
		}
	}
	for r := range s.p.c.All(schema.GroupKind{Kind: "Service"}) {
		svc, ok := r.(*record.Typed[*corev1.Service])
		if !ok || svc.Namespace != namespace {
			continue
		}
		for i := range svc.Object.Spec.Ports {
			if svc.Object.Spec.Ports[i].NodePort > 0 {
				u.ports++
			}
		}
		if svc.Object.Spec.Type == corev1.ServiceTypeLoadBalancer {
			u.balancers++
		}
	}
	return u
}

// count adds one pod. Init containers run before the others, and sidecars among them beside.
func (u *usage) count(spec *corev1.PodSpec) {
	u.pods++
	for _, name := range sized() {
		var sum, first resource.Quantity
		look := func(c *corev1.Container) resource.Quantity {
			q, ok := c.Resources.Requests[name]
			if !ok {
				q, ok = c.Resources.Limits[name]
			}
			if !ok {
				u.bare[name]++
				return q
			}
			if least, known := u.least[name]; !q.IsZero() && (!known || q.Cmp(least) < 0) {
				u.least[name] = q.DeepCopy()
			}
			return q
		}
		for i := range spec.Containers {
			sum.Add(look(&spec.Containers[i]))
		}
		for i := range spec.InitContainers {
			c := &spec.InitContainers[i]
			q := look(c)
			if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
				sum.Add(q)
			} else if q.Cmp(first) > 0 {
				first = q
			}
		}
		if first.Cmp(sum) > 0 {
			sum = first
		}
		all := u.sum[name].DeepCopy()
		all.Add(sum)
		u.sum[name] = all
		if most := u.largest[name]; sum.Cmp(most) > 0 {
			u.largest[name] = sum
		}
	}
}

func (s *segments) limitRange(f *model.Finding, u *usage) error {
	ref := s.free("LimitRange", f.Object.Name, "default-requests")
	d, err := s.create(ref, &corev1.LimitRange{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "LimitRange"}, ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace},
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, DefaultRequest: u.least}}},
	})
	if err != nil {
		return err
	}
	s.add(d, harmless, []string{"containers that declare no request get the smallest that one of the namespace has, from their next start on; no limit is set, since none is known"}, f)
	return nil
}

func (s *segments) resourceQuota(f *model.Finding, u *usage) error {
	hard := corev1.ResourceList{
		corev1.ResourcePods:                  *resource.NewQuantity(roomFor(u.pods), resource.DecimalSI),
		corev1.ResourceServicesNodePorts:     *resource.NewQuantity(u.ports, resource.DecimalSI),
		corev1.ResourceServicesLoadBalancers: *resource.NewQuantity(u.balancers, resource.DecimalSI),
	}
	evidence := []string{"sized by what is there: a fifth more than the sum of requests, or the largest pod once more where that is more; what is created beyond is refused",
		"raise it before more replicas are asked for, by hand or by an autoscaler: kubectl describe resourcequota --namespace " + quote(f.Object.Name) + " shows how much is left"}
	if u.balancers+u.ports == 0 {
		evidence = append(evidence, "no Service can take a port of the nodes, or a load balancer, until the quota allows it")
	}
	for _, name := range sized() {
		least, known := u.least[name]
		if !known {
			evidence = append(evidence, "no figure is known for "+string(name)+": no container requests any, so that the quota leaves it out")
			continue
		}
		sum := u.sum[name].DeepCopy()
		for range u.bare[name] {
			sum.Add(least)
		}
		most := u.largest[name].DeepCopy()
		most.Add(sum)
		if fifth := fifthMore(name, sum); fifth.Cmp(most) > 0 {
			most = fifth
		}
		hard[corev1.ResourceName("requests."+string(name))] = most
	}
	ref := s.free("ResourceQuota", f.Object.Name, "quota")
	d, err := s.create(ref, &corev1.ResourceQuota{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ResourceQuota"}, ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace},
		Spec: corev1.ResourceQuotaSpec{Hard: hard},
	})
	if err != nil {
		return err
	}
	s.add(d, needsEvidence, evidence, f)
	return nil
}

// roomFor leaves room for a fifth more, and for one more while a pod is replaced.
func roomFor(n int64) int64 { return max(n+(n+4)/5, n+1) }

// fifthMore adds a fifth, in whole thousandths of a processor or whole mebibytes.
func fifthMore(name corev1.ResourceName, q resource.Quantity) resource.Quantity {
	if name == corev1.ResourceCPU {
		return *resource.NewMilliQuantity((q.MilliValue()*6+4)/5, resource.DecimalSI)
	}
	const mebi = 1 << 20
	return *resource.NewQuantity(((q.Value()*6+4)/5+mebi-1)/mebi*mebi, resource.BinarySI)
}

// free gives a name that no object of a kind has in a namespace.
func (s *segments) free(kind, namespace, name string) model.Ref {
	for i := 1; ; i++ {
		ref := model.KindByName(kind).Ref(namespace, name)
		if i > 1 {
			ref.Name += "-" + strconv.Itoa(i)
		}
		if s.p.c.Get(ref) == nil && !s.taken[ref] {
			s.taken[ref] = true
			return ref
		}
	}
}
