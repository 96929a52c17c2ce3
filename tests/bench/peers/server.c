// Lesson 4's conversation in C: a thread for each client, recv, and a reply to every chunk. It says
// nothing about single clients, looks at no text and sets no time limits, so it does a little less.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char REPLY[] = "问题正在处理中...";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

// send may take a part; the rest is offered again.
static int send_all(int connection, const char *bytes, size_t left)
{
    while (left > 0) {
        ssize_t taken = send(connection, bytes, left, MSG_NOSIGNAL);
        if (taken < 0)
            return -1;
        bytes += taken;
        left -= (size_t)taken;
    }
    return 0;
}

static void *converse(void *argument)
{
    int connection = (int)(intptr_t)argument;
    int on = 1;
    char buffer[1024];
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (recv(connection, buffer, sizeof buffer, 0) > 0)
        if (send_all(connection, REPLY, sizeof REPLY - 1) < 0)
            break;
    close(connection);
    return NULL;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int on = 1;

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // Port 0: the kernel chooses.
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0)
        fail("bind");
    if (listen(listener, SOMAXCONN) < 0)
        fail("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        fail("getsockname");
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);

    for (;;) {
        pthread_t thread;
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        if (pthread_create(&thread, NULL, converse, (void *)(intptr_t)connection) != 0) {
            close(connection);
            continue;
        }
        pthread_detach(thread);
    }
}
