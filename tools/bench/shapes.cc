// A ray tracer: rays through a scene of shapes that are known by their base class only.
#include <stdint.h>

namespace {

struct Vec {
  double x, y, z;
};
Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
Vec operator*(Vec a, double k) { return {a.x * k, a.y * k, a.z * k}; }
double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vec unit(Vec a) { return a * (1 / __builtin_sqrt(dot(a, a))); }

struct Ray {
  Vec origin, direction;
};

constexpr double NEVER = 1e30;

struct Shape {
  // Where a ray meets it, as a multiple of the ray's direction.
  virtual double meet(const Ray &ray) const = 0;
  virtual Vec normal(Vec at) const = 0;
  virtual double shade(Vec at) const = 0;
};

struct Sphere : Shape {
  Vec center;
  double radius, brightness;
  double meet(const Ray &ray) const override {
    Vec to = center - ray.origin;
    double along = dot(to, ray.direction);
    double square = radius * radius - dot(to, to) + along * along;
    if (square < 0) return NEVER;
    double at = along - __builtin_sqrt(square);
    return at > 1e-6 ? at : NEVER;
  }
  Vec normal(Vec at) const override { return unit(at - center); }
  double shade(Vec) const override { return brightness; }
};

struct Plane : Shape {
  double height;
  double meet(const Ray &ray) const override {
    double at = (height - ray.origin.y) / ray.direction.y;
    return at > 1e-6 ? at : NEVER;
  }
  Vec normal(Vec) const override { return {0, 1, 0}; }
  double shade(Vec at) const override {
    int squares = (int)(at.x + 1000) + (int)(at.z + 1000);
    return squares & 1 ? 0.9 : 0.2;
  }
};

struct Box : Shape {
  Vec low, high;
  static void slab(double from, double step, double low, double high, double &in, double &out) {
    double a = (low - from) / step, b = (high - from) / step;
    if (a > b) {
      double c = a;
      a = b;
      b = c;
    }
    if (a > in) in = a;
    if (b < out) out = b;
  }
  double meet(const Ray &ray) const override {
    double in = 1e-6, out = NEVER;
    slab(ray.origin.x, ray.direction.x, low.x, high.x, in, out);
    slab(ray.origin.y, ray.direction.y, low.y, high.y, in, out);
    slab(ray.origin.z, ray.direction.z, low.z, high.z, in, out);
    return in < out && in > 1e-6 ? in : NEVER;
  }
  Vec normal(Vec at) const override {
    if (at.y > high.y - 1e-3) return {0, 1, 0};
    return at.z < low.z + 1e-3 ? Vec{0, 0, -1} : Vec{1, 0, 0};
  }
  double shade(Vec) const override { return 0.6; }
};

Sphere spheres[6];
Plane ground;
Box boxes[2];
const Shape *scene[9];

void build() {
  for (int n = 0; n < 6; n++) {
    spheres[n].center = {n * 1.5 - 4, n % 3 * 0.8, 5 + n % 2 * 2.0};
    spheres[n].radius = 0.6 + n * 0.05;
    spheres[n].brightness = 0.5 + n * 0.07;
    scene[n] = &spheres[n];
  }
  ground.height = -1;
  scene[6] = &ground;
  for (int n = 0; n < 2; n++) {
    boxes[n].low = {n * 4 - 3.0, -1, 9};
    boxes[n].high = {n * 4 - 1.5, 1, 11};
    scene[7 + n] = &boxes[n];
  }
}

const Shape *nearest(const Ray &ray, double &at) {
  const Shape *found = nullptr;
  at = NEVER;
  for (const Shape *shape : scene) {
    double here = shape->meet(ray);
    if (here < at) {
      at = here;
      found = shape;
    }
  }
  return found;
}

double trace(Ray ray, int depth) {
  double at;
  const Shape *shape = nearest(ray, at);
  if (!shape) return 0.1;
  Vec point = ray.origin + ray.direction * at;
  Vec normal = shape->normal(point);
  Vec to_light = unit(Vec{-3, 6, -2} - point);
  double dark;
  double light = dot(normal, to_light);
  if (light < 0 || nearest({point, to_light}, dark)) light = 0;
  double color = shape->shade(point) * (0.2 + 0.8 * light);
  if (depth == 0) return color;
  Vec mirrored = ray.direction - normal * (2 * dot(ray.direction, normal));
  return 0.7 * color + 0.3 * trace({point, mirrored}, depth - 1);
}

}  // namespace

// Traces an image of 64 by 64 points `n` times, each time from another place.
extern "C" __attribute__((export_name("run"))) int32_t run(int32_t n) {
  build();
  double sum = 0;
  for (int32_t frame = 0; frame < n; frame++) {
    Vec eye = {frame % 16 * 0.1, 0.5, -3};
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        Vec direction = unit({(x - 32) / 40.0 + 1e-4, (32 - y) / 40.0 + 1e-4, 1});
        sum += trace({eye, direction}, 2);
      }
    }
  }
  return (int32_t)sum;
}
