/* Exercise 4 in C: a process for each client. A byte that stays in a pipe tells them all to stop. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPLY "问题正在处理中... "
#define REPLY_LENGTH (sizeof REPLY - 1)
#define MAX_LINE (64 << 10)
#define CHUNK (16 << 10)

/* Seconds: how long a client has after Ctrl-C, and how long one that is refused is listened to. */
#define GRACE 1.3
#define LINGER 0.5

static int stop[2];

/* In the process of a client: its connection, its name, and when it must have ended; 0: not yet known. */
static int connection;
static char name[80];
static double ends_at;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void on_signal(int number) {
    (void)number;
    ssize_t written = write(stop[1], "!", 1);
    (void)written;
}

static int is_stopping(void) {
    struct pollfd told = {.fd = stop[0], .events = POLLIN};
    if (ends_at == 0 && poll(&told, 1, 0) > 0) ends_at = now() + GRACE;
    return ends_at > 0;
}

/* Waits until the connection is ready for this, or the server is to stop. */
static void wait_for(short events) {
    struct pollfd ready[2] = {{.fd = connection, .events = events}, {.fd = stop[0], .events = POLLIN}};
    if (!is_stopping()) {
        poll(ready, 2, -1);
        return;
    }
    double left = ends_at - now();
    if (left <= 0) exit(0);
    poll(ready, 1, left * 1000 + 1);
}

/* The connection ends, and with it this process. What still comes is read for a while: closing with unread
   input is a reset, which destroys replies. */
static void leave(const char *why) {
    static char rest[CHUNK];
    if (why) fprintf(stderr, "error: no more replies for %s: %s\n", name, why);
    shutdown(connection, SHUT_WR);
    double until = now() + LINGER;
    struct pollfd ready = {.fd = connection, .events = POLLIN};
    while (!is_stopping() && now() < until) {
        poll(&ready, 1, 20);
        ssize_t length = recv(connection, rest, sizeof rest, MSG_DONTWAIT);
        if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR)) break;
    }
    exit(0);
}

/* UTF-8 as RFC 3629 has it: the shortest form, no surrogates, nothing beyond U+10FFFF. */
static int is_text(const unsigned char *at, size_t length) {
    const unsigned char *end = at + length;
    while (at < end) {
        unsigned char first = *at++;
        int more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
        if (more < 0 || end - at < more) return 0;
        if (more > 0) {
            unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
            unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
            if (*at < low || *at > high) return 0;
        }
        while (more-- > 0)
            if ((*at++ & 0xc0) != 0x80) return 0;
    }
    return 1;
}

static void answer(const char *line, size_t length) {
    static char reply[REPLY_LENGTH + MAX_LINE + 1];
    if (length > MAX_LINE) leave("its line is too long");
    if (!is_text((const unsigned char *)line, length)) leave("its line is not UTF-8");
    memcpy(reply, REPLY, REPLY_LENGTH);
    memcpy(reply + REPLY_LENGTH, line, length);
    reply[REPLY_LENGTH + length] = '\n';
    size_t sent = 0, wanted = REPLY_LENGTH + length + 1;
    while (sent < wanted) {
        ssize_t taken = send(connection, reply + sent, wanted - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken > 0) sent += taken;
        else if (errno == EAGAIN) wait_for(POLLOUT);
        else if (errno != EINTR) leave(strerror(errno));
    }
}

static void converse(void) {
    static char held[MAX_LINE + CHUNK];
    size_t held_length = 0;
    for (;;) {
        if (is_stopping() && now() > ends_at) exit(0);
        ssize_t length = recv(connection, held + held_length, CHUNK, MSG_DONTWAIT);
        if (length < 0 && errno == EAGAIN) {
            /* All that had arrived is answered. */
            if (is_stopping()) leave(NULL);
            wait_for(POLLIN);
        } else if (length < 0 && errno != EINTR) {
            leave(strerror(errno));
        } else if (length == 0) {
            /* A last line without its newline; but after Ctrl-C its rest may only not have come yet. */
            if (held_length > 0 && !is_stopping()) answer(held, held_length);
            leave(NULL);
        } else if (length > 0) {
            char *at = held, *end = held + held_length + length, *newline;
            while ((newline = memchr(at, '\n', end - at))) {
                answer(at, newline - at);
                at = newline + 1;
            }
            held_length = end - at;
            memmove(held, at, held_length);
            if (held_length > MAX_LINE) leave("its line is too long");
        }
    }
}

static void name_of(const struct sockaddr_storage *address) {
    char ip[INET6_ADDRSTRLEN];
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
        snprintf(name, sizeof name, "[%s]:%d", ip, ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
        snprintf(name, sizeof name, "%s:%d", ip, ntohs(v4->sin_port));
    }
}

/* Takes ADDRESS:PORT apart, the address of IPv6 in brackets. */
static socklen_t parse(char *text, struct sockaddr_storage *address) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    char *colon = strrchr(text, ':');
    if (!colon) return 0;
    *colon = 0;
    in_port_t port = htons(atoi(colon + 1));
    if (text[0] == '[' && colon[-1] == ']') {
        colon[-1] = 0;
        *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
        return inet_pton(AF_INET6, text + 1, &v6->sin6_addr) == 1 ? sizeof *v6 : 0;
    }
    *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
    return inet_pton(AF_INET, text, &v4->sin_addr) == 1 ? sizeof *v4 : 0;
}

static int listen_at(char *place) {
    struct sockaddr_storage address;
    socklen_t length = parse(place, &address);
    if (length == 0) {
        fprintf(stderr, "error: no address with a port: %s\n", place);
        exit(2);
    }
    int listener = socket(address.ss_family, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 128) < 0) {
        fprintf(stderr, "error: cannot listen: %s\n", strerror(errno));
        exit(1);
    }
    fcntl(listener, F_SETFL, O_NONBLOCK);
    getsockname(listener, (struct sockaddr *)&address, &length);
    name_of(&address);
    printf("listening on %s\n", name);
    fflush(stdout);
    return listener;
}

/* Accepts a client and starts its process; -1 is an error of the machine. */
static int accept_client(int listener) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    connection = accept(listener, (struct sockaddr *)&address, &length);
    if (connection < 0)
        return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? 0 : -1;
    pid_t child = fork();
    if (child == 0) {
        /* In a terminal, Ctrl-C reaches all of them; the pipe tells when to stop. */
        signal(SIGINT, SIG_IGN);
        signal(SIGTERM, SIG_IGN);
        close(listener);
        name_of(&address);
        converse();
    }
    close(connection);
    return child < 0 ? -1 : 0;
}

int main(int argc, char **words) {
    char place[64] = "127.0.0.1:9090";
    if (argc > 1 && strcmp(words[1], "--help") == 0) {
        puts("Serves many clients, line by line: fork [ADDRESS:PORT]");
        return 0;
    }
    if (argc > 1) snprintf(place, sizeof place, "%s", words[1]);
    if (pipe(stop) < 0) return 1;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    /* So that the server needn't wait for them. */
    signal(SIGCHLD, SIG_IGN);
    int listener = listen_at(place);
    struct pollfd ready[2] = {{.fd = stop[0], .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    for (;;) {
        if (poll(ready, 2, -1) < 0) continue;
        if (ready[0].revents) break;
        if (accept_client(listener) < 0) {
            fprintf(stderr, "error: cannot serve a client: %s\n", strerror(errno));
            poll(ready, 1, 200);
        }
    }
    close(listener);
    double until = now() + GRACE + 0.2;
    while (now() < until && waitpid(-1, NULL, WNOHANG) == 0) poll(NULL, 0, 10);
    return 0;
}
