// Products of matrices of doubles.
//
// Built by build.sh.

#define EXPORT(name) __attribute__((export_name(name)))
#define NOINLINE __attribute__((noinline))

#define N 64
static double a[N][N], b[N][N], c[N][N];

static NOINLINE void multiply(void) {
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < N; k++) sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    }
}

EXPORT("run") int run(int rounds) {
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            a[i][j] = (i * 3 + j) % 17 / 16.0;
            b[i][j] = (i + j * 5) % 13 / 16.0;
        }
    }
    double sum = 0;
    for (int i = 0; i < rounds; i++) {
        multiply();
        sum += c[i % N][(i * 7) % N];
        a[i % N][i % N] += 0.125;
    }
    return (int)sum;
}
